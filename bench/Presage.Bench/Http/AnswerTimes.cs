using System.Globalization;

namespace Presage.Bench;

/// <summary>How long answers took since they were last asked for. Thread-safe.</summary>
sealed class AnswerTimes
{
    readonly Lock _lock = new();
    readonly List<double> _milliseconds = [];

    public void Add(TimeSpan took)
    {
        lock (_lock)
        {
            _milliseconds.Add(took.TotalMilliseconds);
        }
    }

    /// <summary>Median, 99th percentile and the longest, as columns of a table; begins anew.</summary>
    public string Take()
    {
        lock (_lock)
        {
            _milliseconds.Sort();
            double At(double share) => _milliseconds.Count == 0
                ? double.NaN
                : _milliseconds[Math.Min(_milliseconds.Count - 1, (int)(share * _milliseconds.Count))];
            string text = string.Create(
                CultureInfo.InvariantCulture, $"{At(0.5),12:0.0} {At(0.99),7:0.0} {At(1),7:0.0}");
            _milliseconds.Clear();
            return text;
        }
    }
}
