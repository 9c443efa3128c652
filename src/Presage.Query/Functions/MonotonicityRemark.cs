using System.Globalization;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>Gathers where buckets of classic histograms did not grow with their bounds, to tell it once.</summary>
sealed class MonotonicityRemark
{
    readonly SortedDictionary<string, Found> _found = new(StringComparer.Ordinal);

    public void Add(string metric, long timeMs, CountsRaised raised) =>
        _found[metric] = _found.TryGetValue(metric, out var before)
            ? new Found(CountsRaised.Join(before.Raised, raised), Math.Min(before.FirstMs, timeMs),
                Math.Max(before.LastMs, timeMs), before.Count + 1)
            : new Found(raised, timeMs, timeMs, 1);

    public void Tell(QueryRun run, TextSpan at)
    {
        foreach (var (metric, found) in _found)
        {
            string most = Numbers.FormatShort(double.Parse(
                found.Raised.MostAdded.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), 2);
            run.Inform("input to histogram_quantile needed to be fixed for monotonicity (see "
                + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
                + (metric.Length > 0 ? $" for metric name {QuotedText.Quote(metric)}" : "")
                + $", from buckets {Numbers.FormatShort(found.Raised.LeastBound)}"
                + $" to {Numbers.FormatShort(found.Raised.GreatestBound)}, with a max diff of {most},"
                + $" over {found.Count} samples from {Time(found.FirstMs)} to {Time(found.LastMs)}", at);
        }
    }

    static string Time(long timeMs) => DateTimeOffset.FromUnixTimeSeconds(timeMs / 1000)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    record struct Found(CountsRaised Raised, long FirstMs, long LastMs, int Count);
}
