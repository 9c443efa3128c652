using Presage.Storage;
using Presage.Watching;

namespace Presage.Api;

/// <summary>Where the active series come from, and what grew.</summary>
/// <param name="GrowthSinceMs">Growth counts from here: a day ago, or when counting began; null while it is too
/// early to tell.</param>
/// <param name="Metrics">Metrics by their series.</param>
/// <param name="Hosts">Hosts by their series.</param>
/// <param name="Labels">Labels by their number of different values.</param>
/// <param name="Pairs">Label values by their series.</param>
sealed record CardinalityAnswer(
    long TimeMs,
    long Series,
    long SeriesMax,
    long SeriesPerHostMax,
    long? GrowthSinceMs,
    IReadOnlyList<CountedName> Metrics,
    IReadOnlyList<CountedName> Hosts,
    IReadOnlyList<CountedLabel> Labels,
    IReadOnlyList<CountedPair> Pairs);

/// <param name="Growth">Series more than at <see cref="CardinalityAnswer.GrowthSinceMs"/>; null where that is
/// null.</param>
sealed record CountedName(string Name, long Series, long? Growth);

/// <param name="Values">How many different values the label has.</param>
/// <param name="Growth">Values more than at <see cref="CardinalityAnswer.GrowthSinceMs"/>.</param>
sealed record CountedLabel(string Name, long Values, long Series, long? Growth);

sealed record CountedPair(string Name, string Value, long Series);

/// <summary>Which label exploded: the active series by metric, host and label.</summary>
static class CardinalityApi
{
    const int DefaultTop = 20;
    const int TsdbTop = 10;

    static readonly TimeSpan GrowthSpan = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/cardinality", Describe)
            .Require(Access.Viewer).WithName("getCardinality").WithTags("Server")
            .WithSummary("The active series by metric, host and label, and what grew within a day");

    public static void MapPrometheus(IEndpointRouteBuilder root) =>
        root.MapGroup("/api/v1").WithTags("Prometheus").Require(Access.Viewer)
            .MapGet("/status/tsdb", static (SampleStore store, int? limit) =>
                TsdbStatusAnswer.Of(store.CountSeries(Checked(limit ?? TsdbTop, "limit")), limit ?? TsdbTop))
            .WithName("tsdbStatus").WithSummary("Active series by metric name and label, as Prometheus counts them");

    static CardinalityAnswer Describe(
        SampleStore store, CardinalityLog log, Configuration.PresageOptions options, TimeProvider time, int? top)
    {
        var report = store.CountSeries(Checked(top ?? DefaultTop, "top"));
        var metrics = log.Earlier("metric", GrowthSpan);
        var hosts = log.Earlier("host", GrowthSpan);
        var labels = log.Earlier("label", GrowthSpan);
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        long oldest = log.Earlier("all", GrowthSpan).Values.Select(static a => a.TimeMs).DefaultIfEmpty(nowMs).Min();
        bool known = nowMs - oldest >= CardinalityLog.Interval.TotalMilliseconds / 2;
        return new CardinalityAnswer(
            nowMs,
            report.Series,
            options.StorageSeriesMax,
            options.StorageSeriesPerHostMax,
            known ? oldest : null,
            [.. report.Metrics.Select(m => new CountedName(m.Name, m.Series, Growth(metrics, m.Name, m.Series)))],
            [.. report.Hosts.Select(h => new CountedName(h.Name, h.Series, Growth(hosts, h.Name, h.Series)))],
            [
                .. report.Labels.Select(
                    l => new CountedLabel(l.Name, l.Values, l.Series, Growth(labels, l.Name, l.Values)))
            ],
            [.. report.Pairs.Select(static p => new CountedPair(p.Name, p.Value, p.Series))]);

        // What was too small to be written down then has all its series since.
        long? Growth(IReadOnlyDictionary<string, EarlierCount> earlier, string name, long count) =>
            !known ? null : earlier.TryGetValue(name, out var then) && then.TimeMs - oldest < 600_000
                ? count - then.Count
                : count;
    }

    static int Checked(int most, string field) => most is >= 1 and <= CardinalityLog.Most
        ? most
        : throw ProblemException.BadField(field, $"{field} is {most}; it must be from 1 to {CardinalityLog.Most}.");
}
