using Presage.Backtesting;
using Presage.Detection;

namespace Presage.Bench.Accuracy;

/// <summary>Presage's detector of one series.</summary>
sealed class PresageSeriesScorer(TimeSpan step) : IRowScorer
{
    readonly SeriesDetector _detector = new();

    public void Learn(ReadOnlySpan<double> history)
    {
        for (int row = 0; row < history.Length; row++)
        {
            _detector.Feed((long)(row * step.TotalMilliseconds), history[row]);
        }
    }

    public double Score(ReadOnlySpan<double> row, double seconds) =>
        _detector.Feed((long)(seconds * 1_000), row[0]).Score;
}

/// <summary>
/// Presage's detector of hosts, as backtests run it: learned again whenever history has doubled. One of its two parts
/// alone may be asked for.
/// </summary>
sealed class PresageHostScorer(int metrics, TimeSpan step, Func<HostReading, double> part) : IRowScorer
{
    readonly HostReplay _replay = new(metrics, step, Sensitivity.Standard);

    public void Learn(ReadOnlySpan<double> history) => _replay.Learn(history);

    public double Score(ReadOnlySpan<double> row, double seconds) => part(_replay.Feed(row));

    public int Rank(Span<int> metrics) => _replay.Rank(metrics);
}
