using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// Writes down every few minutes how many series metrics and hosts have and how many values labels have, as the series
/// <c>presage_cardinality{by="metric"|"host"|"label"|"all", name="…"}</c>: growth can be charted, alerted on and told
/// in the list of what exploded. The series belong to no host.
/// </summary>
sealed class CardinalityLog(SampleStore store, TimeProvider time, ILogger<CardinalityLog> logger)
{
    public const string MetricName = "presage_cardinality";

    /// <summary>So many metrics, hosts and labels are written down, the greatest.</summary>
    public const int Most = 500;

    /// <summary>
    /// What counts less than this is not written down: a small fleet would get a series for each of its metrics.
    /// </summary>
    public const int Least = 50;

    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    readonly SampleBatch _batch = new();

    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        var report = store.CountSeries(Most);
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        _batch.Clear();
        Add("all", "series", report.Series, nowMs);
        foreach (var metric in report.Metrics.Where(static m => m.Series >= Least))
        {
            Add("metric", metric.Name, metric.Series, nowMs);
        }

        foreach (var host in report.Hosts.Where(static h => h.Series >= Least))
        {
            Add("host", host.Name, host.Series, nowMs);
        }

        foreach (var label in report.Labels.Where(static l => l.Values >= Least))
        {
            Add("label", label.Name, label.Values, nowMs);
        }

        try
        {
            await store.AppendAsync(_batch, cancellationToken);
        }
        catch (IOException e)
        {
            Log.ReadingsNotStored(logger, _batch.SampleCount, e.Message);
        }
    }

    /// <summary>
    /// The count of each name at the beginning of a span of time, or when it was first written down within it.
    /// </summary>
    public IReadOnlyDictionary<string, EarlierCount> Earlier(string by, TimeSpan span)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var range = new TimeRange(nowMs - (long)span.TotalMilliseconds, nowMs);
        var columns = new SampleColumns();
        var earlier = new Dictionary<string, EarlierCount>(StringComparer.Ordinal);
        var matchers = new[]
        {
            new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, MetricName),
            new LabelMatcher("by", MatchOperator.Equal, by),
        };
        foreach (var series in store.Select(matchers, range))
        {
            columns.Clear();
            series.Read(range, columns);
            if (columns.Count > 0 && series.Labels["name"] is { } name)
            {
                earlier[name] = new EarlierCount(columns.TimestampsMs[0], (long)columns.Values[0]);
            }
        }

        return earlier;
    }

    void Add(string by, string name, long count, long timestampMs)
    {
        _batch.BeginSeries();
        _batch.AddLabel(LabelNames.MetricName, MetricName);
        _batch.AddLabel("by", by);
        _batch.AddLabel("name", name);
        if (_batch.EndLabels())
        {
            _batch.AddSample(timestampMs, count);
        }
    }
}

/// <param name="TimeMs">When it was counted, ms since 1970 UTC.</param>
readonly record struct EarlierCount(long TimeMs, long Count);
