using Presage.Storage;

namespace Presage.Api;

/// <summary>
/// The answer of <c>/api/v1/status/tsdb</c> in the form of Prometheus. Left out are memory by label, chunks and the
/// head's range of time: this store does not keep them that way.
/// </summary>
sealed record TsdbStatusAnswer(string Status, TsdbStatus Data)
{
    public static TsdbStatusAnswer Of(CardinalityReport report, int limit) => new("success", new TsdbStatus(
        new TsdbHeadStatus(report.Series),
        [.. report.Metrics.Take(limit).Select(static m => new TsdbCount(m.Name, m.Series))],
        [.. report.Labels.Take(limit).Select(static l => new TsdbCount(l.Name, l.Values))],
        [.. report.Pairs.Take(limit).Select(static p => new TsdbCount($"{p.Name}={p.Value}", p.Series))]));
}

sealed record TsdbStatus(
    TsdbHeadStatus HeadStats,
    IReadOnlyList<TsdbCount> SeriesCountByMetricName,
    IReadOnlyList<TsdbCount> LabelValueCountByLabelName,
    IReadOnlyList<TsdbCount> SeriesCountByLabelValuePair);

/// <param name="NumSeries">Active series.</param>
sealed record TsdbHeadStatus(long NumSeries);

sealed record TsdbCount(string Name, long Value);
