using System.Collections.Concurrent;
using Presage.Detection;
using Presage.Metrics;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>
/// How changed earlier windows looked, in which nothing is known to have happened: of a sample of all series, to know
/// what chance does, and of a series that is shown, to say whether it is always like that.
/// </summary>
static class ChangeHistory
{
    /// <summary>Series of the sample.</summary>
    const int SeriesMax = 400;

    /// <summary>Earlier windows of each of them, one after another.</summary>
    const int WindowsEach = 5;

    /// <summary>Earlier windows of a series that is shown.</summary>
    const int WindowsShown = 24;

    /// <summary>An earlier window counts where samples cover this share of it and its baseline.</summary>
    const double CoveredMin = 0.9;

    /// <summary>What chance does, as far as the stored history tells.</summary>
    public static ChanceScale ScaleOf(
        ISampleSeries[] series, ComparedWindow window, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentBag<double>();
        int step = Math.Max(1, series.Length / SeriesMax);
        Parallel.For(
            0,
            (series.Length + step - 1) / step,
            new ParallelOptions { CancellationToken = cancellationToken },
            static () => (new WindowComparison(), new SampleColumns()),
            (i, _, own) =>
            {
                foreach (double probability in Earlier(series[i * step], window, WindowsEach, own.Item1, own.Item2))
                {
                    seen.Add(probability);
                }

                return own;
            },
            static _ => { });
        return new ChanceScale(seen);
    }

    /// <summary>Of how many earlier windows of a series how many looked at least as changed.</summary>
    public static (int Windows, int AsOdd) Of(SeriesFinding finding, ComparedWindow window)
    {
        var earlier = Earlier(finding.Source, window, WindowsShown, new WindowComparison(), new SampleColumns());
        return (earlier.Count, earlier.Count(probability => probability <= finding.Change.Probability));
    }

    static List<double> Earlier(
        ISampleSeries series, ComparedWindow window, int count, WindowComparison comparison, SampleColumns columns)
    {
        var found = new List<double>(count);
        string metric = series.Labels.MetricName;
        if (ChangeSearch.IsDerived(metric))
        {
            return found;
        }

        // The windows before it, one after another, each with a baseline of its own.
        long lengthMs = window.ToMs - window.FromMs;
        bool isRate = CounterNames.IsCounter(metric);
        for (int i = 0; i < count; i++)
        {
            long toMs = window.FromMs - (i * lengthMs);
            var earlier = new ComparedWindow(
                toMs - lengthMs, toMs, toMs - lengthMs - (window.FromMs - window.BaselineFromMs));
            columns.Clear();
            series.Read(new TimeRange(earlier.BaselineFromMs, toMs - 1), columns);
            if (!IsCovered(columns, earlier))
            {
                break;
            }

            var change = comparison.Compare(earlier, columns.TimestampsMs, columns.Values, isRate);
            found.Add(change.Kind is ChangeKind.None ? 1 : change.Probability);
        }

        return found;
    }

    static bool IsCovered(SampleColumns columns, ComparedWindow window) =>
        columns.Count >= ComparedWindow.Spans && !columns.HasHistograms &&
        columns.TimestampsMs[^1] - columns.TimestampsMs[0] >= CoveredMin * (window.ToMs - window.BaselineFromMs);
}
