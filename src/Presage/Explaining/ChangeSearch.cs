using System.Collections.Concurrent;
using System.Text;
using Presage.Detection;
using Presage.Metrics;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>
/// Compares every series of a window with its baseline, from raw samples, on all cores: which ones changed, how surely
/// and how much.
/// </summary>
static class ChangeSearch
{
    /// <summary>What chance brings about more often than this is no change.</summary>
    const double ProbabilityMax = 0.01;

    /// <summary>Series handed to a thread at a time.</summary>
    const int SeriesPerPart = 256;

    /// <summary>What is derived from others, or is about them rather than of the host.</summary>
    static readonly string[] Derived =
        ["presage_vital_", "presage_host_", "presage_anomaly_", "ALERTS", "scrape_", "presage_peer_", "presage_model_"];

    /// <summary>
    /// All that changed, the strongest first, the number of series compared, and how many earlier windows tell what
    /// chance does.
    /// </summary>
    public static (List<SeriesFinding> Found, int Compared, int Earlier) Run(
        IEnumerable<ISampleSource> sources,
        IReadOnlyList<LabelMatcher> matchers,
        ComparedWindow window,
        CancellationToken cancellationToken)
    {
        var range = new TimeRange(window.BaselineFromMs, window.ToMs - 1);
        var series = sources.SelectMany(source => source.SelectInAnyOrder(matchers, range)).ToArray();
        var found = new ConcurrentBag<(ISampleSeries Series, bool IsRate, WindowChange Change)>();
        int compared = 0;
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.ForEach(
            Partitioner.Create(0, Math.Max(1, series.Length), SeriesPerPart),
            options,
            static () => (new WindowComparison(), new SampleColumns()),
            (part, _, own) =>
            {
                int count = 0;
                for (int i = part.Item1; i < Math.Min(part.Item2, series.Length); i++)
                {
                    count += Compare(series[i], window, range, own.Item1, own.Item2, found) ? 1 : 0;
                }

                Interlocked.Add(ref compared, count);
                return own;
            },
            static _ => { });
        var scale = ChangeHistory.ScaleOf(series, window, cancellationToken);
        return (Ranked(found, compared, scale), compared, scale.Windows);
    }

    /// <summary>Whether a metric is derived from others, so that it is not compared.</summary>
    public static bool IsDerived(string metric) =>
        Array.Exists(Derived, prefix => metric.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether the series counts among those compared.</summary>
    static bool Compare(
        ISampleSeries series,
        ComparedWindow window,
        TimeRange range,
        WindowComparison comparison,
        SampleColumns columns,
        ConcurrentBag<(ISampleSeries Series, bool IsRate, WindowChange Change)> found)
    {
        string metric = series.Labels.MetricName;
        if (IsDerived(metric))
        {
            return false;
        }

        columns.Clear();
        series.Read(range, columns);
        if (columns.Count == 0 || columns.HasHistograms)
        {
            return false;
        }

        bool isRate = CounterNames.IsCounter(metric);
        var change = comparison.Compare(window, columns.TimestampsMs, columns.Values, isRate);
        if (change.Kind != ChangeKind.None && change.Probability <= ProbabilityMax)
        {
            found.Add((series, isRate, change));
        }

        return true;
    }

    /// <summary>The strongest first, with the share of false ones up to each (Benjamini and Hochberg, 1995).</summary>
    static List<SeriesFinding> Ranked(
        IEnumerable<(ISampleSeries Series, bool IsRate, WindowChange Change)> found, int compared, ChanceScale scale)
    {
        var surest = found.OrderBy(static one => one.Change.Probability).ToList();
        var ranked = new List<SeriesFinding>(surest.Count);
        double share = 1;
        for (int i = surest.Count - 1; i >= 0; i--)
        {
            var (series, isRate, change) = surest[i];
            double? chance = scale.Of(change.Probability);
            share = Math.Min(share, (chance ?? 1) * compared / (i + 1));
            string host = Encoding.UTF8.GetString(SeriesKey.HostOf(series.Labels.ToKey()));
            bool isCounted = change.Kind is not (ChangeKind.Appeared or ChangeKind.Stopped);
            ranked.Add(isCounted
                ? new SeriesFinding(series, host, isRate, change, chance, chance is null ? null : share)
                : new SeriesFinding(series, host, isRate, change, null, chance is null ? null : 0));
        }

        ranked.Sort(static (a, b) => Order(b, a));
        return ranked;
    }

    static int Order(SeriesFinding a, SeriesFinding b)
    {
        int order = a.Change.Strength.CompareTo(b.Change.Strength);
        return order != 0 ? order : -a.Source.Labels.CompareTo(b.Source.Labels);
    }
}
