using Presage.Metrics;
using Presage.Query.Histograms;

namespace Presage.Query;

/// <summary>One populated bucket of a histogram in a result.</summary>
/// <param name="Rule">
/// Which bounds belong to it: 0 the upper, 1 the lower, 3 both (the numbers of the Prometheus API).
/// </param>
/// <param name="Lower">The lower bound.</param>
/// <param name="Upper">The upper bound.</param>
/// <param name="Count">The observations in it.</param>
public readonly record struct QueriedBucket(int Rule, double Lower, double Upper, double Count);

/// <summary>What a result's native histograms say, for whoever shows them.</summary>
public static class QueriedHistogram
{
    /// <summary>The populated buckets from the lowest to the highest.</summary>
    public static IEnumerable<QueriedBucket> BucketsOf(NativeHistogram histogram) =>
        HistogramBucket.AllOf(histogram).Select(b => new QueriedBucket(
            histogram.IsCustom || b.Lower > 0 || (b.Lower == 0 && b.Upper > 0) ? 0 : b.Upper < 0 ? 1 : 3,
            b.Lower,
            b.Upper,
            b.Count));

    /// <summary>The histogram in words: <c>{count:4, sum:5, (0.5,1]:1, (1,2]:3}</c>.</summary>
    public static string TextOf(NativeHistogram histogram) => HistogramText.Of(histogram);
}
