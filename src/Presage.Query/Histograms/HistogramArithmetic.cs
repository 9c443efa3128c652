using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>Native histograms times and by numbers, and as text.</summary>
static class HistogramArithmetic
{
    /// <summary>All counts and the sum times a factor; a negative factor makes a gauge.</summary>
    public static NativeHistogram Multiply(NativeHistogram h, double factor) => Map(h, factor, c => c * factor);

    /// <summary>
    /// All counts and the sum by a divisor; by 0 they are infinite and the buckets, of which none is told apart any
    /// more, are gone.
    /// </summary>
    public static NativeHistogram Divide(NativeHistogram h, double divisor)
    {
        var result = Map(h, divisor, c => c / divisor);
        return divisor == 0
            ? result with { Positive = HistogramBuckets.Empty, Negative = HistogramBuckets.Empty }
            : result;
    }

    static NativeHistogram Map(NativeHistogram h, double by, Func<double, double> map) => h with
    {
        Hint = by < 0 ? CounterResetHint.Gauge : h.Hint,
        ZeroCount = map(h.ZeroCount),
        Count = map(h.Count),
        Sum = map(h.Sum),
        Positive = Map(h.Positive, map),
        Negative = Map(h.Negative, map),
    };

    static HistogramBuckets Map(HistogramBuckets side, Func<double, double> map)
    {
        double[] counts = new double[side.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = map(side.Counts[i]);
        }

        return HistogramBuckets.Of(side.Indexes, counts);
    }
}
