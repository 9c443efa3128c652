using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query;

/// <summary>
/// Why a query may have found nothing: names of metrics and labels that no stored series has and that look like ones
/// that exist. Prometheus answers such a query with an empty result and no word.
/// </summary>
public static class UnknownNames
{
    static readonly TimeRange Always = new(long.MinValue, long.MaxValue);

    /// <summary>
    /// A remark for each name that is probably misspelt, in the form of <see cref="QueryResult.Infos"/>, in the order
    /// they stand in the query.
    /// </summary>
    public static IReadOnlyList<string> Remarks(PreparedQuery query, ISampleSource source)
    {
        var remarks = new List<string>();
        IReadOnlyList<string>? metrics = null, labels = null;
        foreach (var selector in Selectors(query.Expression))
        {
            string position = SyntaxError.Position(query.Text, selector.Span.Start);
            foreach (var matcher in selector.Matchers)
            {
                bool isMetric = matcher.Name == LabelNames.MetricName;
                if (matcher.MatchesEmpty || (isMetric && matcher.Operator != MatchOperator.Equal))
                {
                    continue;
                }

                var known = isMetric
                    ? metrics ??= source.LabelValues(LabelNames.MetricName, [], Always)
                    : labels ??= source.LabelNames([], Always);
                string word = isMetric ? matcher.Value : matcher.Name;
                if (!known.Contains(word) && Nearest.To(word, known) is { } meant)
                {
                    remarks.Add(
                        $"PromQL info: no series has the {(isMetric ? "metric name" : "label")} \"{word}\", " +
                        $"did you mean \"{meant}\"? ({position})");
                }
            }
        }

        return remarks;
    }

    static IEnumerable<VectorSelector> Selectors(Expression expression) => expression is VectorSelector selector
        ? [selector]
        : expression.Children.SelectMany(Selectors);
}
