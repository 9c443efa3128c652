using System.Runtime.InteropServices;
using Presage.Detection;

namespace Presage.Backtesting;

/// <summary>
/// A host's detector on recorded rows: learned from the history there is (of a host without any, from its first half
/// day), and again whenever that has doubled, as the live path does.
/// </summary>
sealed class HostReplay(int metrics, TimeSpan step, Sensitivity sensitivity)
{
    static readonly TimeSpan FirstLearned = TimeSpan.FromHours(12);

    readonly List<double> _all = [];
    HostDetector _detector = new(metrics, step.TotalSeconds, sensitivity);
    int _next = Math.Max(HostModel.RowsMin, (int)(FirstLearned / step));

    /// <summary>Learns from rows that end before the first one fed.</summary>
    public void Learn(ReadOnlySpan<double> history)
    {
        _all.AddRange(history);
        _detector = Learned();
        _next = Math.Max(_next, 2 * (_all.Count / metrics));
    }

    /// <summary>Judges the next row.</summary>
    public HostReading Feed(ReadOnlySpan<double> row)
    {
        if (_all.Count == _next * metrics)
        {
            _detector.Adopt(Learned());
            _next *= 2;
        }

        _all.AddRange(row);
        return _detector.Feed(row);
    }

    /// <summary>Whether the next row is preceded by learning, which takes a while.</summary>
    public bool IsAboutToLearn => _all.Count == _next * metrics;

    /// <summary>Ranks the metrics as of the last row; see <see cref="HostDetector.Rank"/>.</summary>
    public int Rank(Span<int> ranked) => _detector.Rank(ranked);

    HostDetector Learned() =>
        HostDetector.Learn(CollectionsMarshal.AsSpan(_all), metrics, step.TotalSeconds, sensitivity);
}
