using System.Text;
using Presage.Metrics;
using Presage.Watching;

namespace Presage.Api;

/// <summary>A series that changed in a span of time.</summary>
/// <param name="Labels">Its labels without the host.</param>
/// <param name="Query">PromQL of the series.</param>
/// <param name="SinceMs">The first time in the span at which it was odd: who moved first.</param>
/// <param name="Score">The highest score in the span.</param>
sealed record ChangedSeries(
    string Host,
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    string Query,
    long SinceMs,
    double Score,
    string Rarity);

/// <summary>
/// Ranks what changed in a span of time by the stored scores of single series. Only odd series have any, so that it
/// costs no more with a hundred thousand series than with a hundred.
/// </summary>
static class ChangedSeriesList
{
    static readonly LabelMatcher[] Scores =
        [new(LabelNames.MetricName, MatchOperator.Equal, "presage_anomaly_score")];

    public static IReadOnlyList<ChangedSeries> Of(ISampleSource source, TimeRange range, int limit)
    {
        var columns = new SampleColumns();
        var changed = new List<ChangedSeries>();
        foreach (var series in source.Select(Scores, range))
        {
            columns.Clear();
            series.Read(range, columns);
            columns.DropStaleMarkers();
            if (columns.Count > 0)
            {
                changed.Add(Shown(series.Labels, columns));
            }
        }

        return
        [
            .. changed.OrderByDescending(static one => one.Score).ThenBy(static one => one.SinceMs).Take(limit),
        ];
    }

    static ChangedSeries Shown(LabelSet labels, SampleColumns columns)
    {
        double score = 0;
        foreach (double value in columns.Values)
        {
            score = Math.Max(score, value);
        }

        string name = labels["metric"], host = labels[LabelNames.Host];
        var own = labels.Without(LabelNames.MetricName, "metric", LabelNames.Host);
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ref readonly var label in own.Labels)
        {
            shown[label.Name] = label.Value;
        }

        // The label host is the series' own only where nothing else names its host.
        var query = own.With(LabelNames.MetricName, name);
        query = Encoding.UTF8.GetString(SeriesKey.HostOf(query.ToKey())) == host
            ? query
            : query.With(LabelNames.Host, host);
        return new ChangedSeries(
            host, name, shown, query.ToString(), columns.TimestampsMs[0], score, RarityText.Of(score));
    }
}
