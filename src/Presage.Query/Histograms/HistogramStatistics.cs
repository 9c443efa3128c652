using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query.Histograms;

/// <summary>Mean, variance, quantiles and fractions of native histograms.</summary>
static class HistogramStatistics
{
    public static double Variance(NativeHistogram h)
    {
        double mean = h.Sum / h.Count, sum = 0, rest = 0;
        foreach (var bucket in HistogramBucket.AllOf(h))
        {
            double value = MiddleOf(h, bucket), delta = value - mean;
            Kahan.Add(bucket.Count * delta * delta, ref sum, ref rest);
        }

        return (sum + rest) / h.Count;
    }

    /// <summary>Whether some observations lie in no bucket: they were NaN.</summary>
    public static bool HasNaN(NativeHistogram h)
    {
        if (!double.IsNaN(h.Sum))
        {
            return false;
        }

        double inBuckets = 0;
        foreach (var bucket in HistogramBucket.AllOf(h))
        {
            inBuckets += bucket.Count;
        }

        return inBuckets < h.Count;
    }

    public static double Quantile(NativeHistogram h, double quantile)
    {
        if (quantile is < 0 or > 1)
        {
            return quantile < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (h.Count == 0 || double.IsNaN(quantile))
        {
            return double.NaN;
        }

        // From the nearer end, so that an empty stretch in the middle is passed towards the populated side. NaN
        // observations count as higher than all others.
        bool forward = double.IsNaN(h.Sum) || quantile < 0.5;
        var buckets = HistogramBucket.AllOf(h);
        if (!forward)
        {
            buckets.Reverse();
        }

        double rank = (forward ? quantile : 1 - quantile) * h.Count, count = 0;
        HistogramBucket bucket = default;
        foreach (var candidate in buckets)
        {
            bucket = candidate;
            count += candidate.Count;
            if (count >= rank)
            {
                break;
            }
        }

        if (forward && double.IsNaN(h.Sum) && rank > count)
        {
            return double.NaN;
        }

        bucket = Narrowed(h, bucket);
        if (h.IsCustom && double.IsInfinity(bucket.Lower))
        {
            return bucket.Upper;
        }

        if (h.IsCustom && double.IsInfinity(bucket.Upper))
        {
            return bucket.Lower;
        }

        count = Math.Min(count, h.Count);
        rank = forward ? rank - (count - bucket.Count) : count - rank;
        return Inside(h, bucket, rank / bucket.Count);
    }

    public static double Fraction(NativeHistogram h, double lower, double upper)
    {
        if (h.Count == 0 || double.IsNaN(lower) || double.IsNaN(upper))
        {
            return double.NaN;
        }

        return lower >= upper ? 0 : (RankOf(h, upper) - RankOf(h, lower)) / h.Count;
    }

    /// <summary>The share of a bucket that lies below a value inside it.</summary>
    public static double ShareBelow(NativeHistogram h, HistogramBucket bucket, double value)
    {
        if (h.IsCustom || (bucket.Lower <= 0 && bucket.Upper >= 0))
        {
            return (value - bucket.Lower) / (bucket.Upper - bucket.Lower);
        }

        double low = Math.Log2(Math.Abs(bucket.Lower)), high = Math.Log2(Math.Abs(bucket.Upper));
        double at = Math.Log2(Math.Abs(value));
        return value > 0 ? (at - low) / (high - low) : 1 - ((at - high) / (low - high));
    }

    /// <summary>The value that stands for a bucket's observations.</summary>
    public static double MiddleOf(NativeHistogram h, HistogramBucket bucket)
    {
        if (h.IsCustom)
        {
            return (bucket.Upper + bucket.Lower) / 2;
        }

        if (bucket.Lower <= 0 && bucket.Upper >= 0)
        {
            return 0;
        }

        double middle = Math.Sqrt(bucket.Upper * bucket.Lower);
        return bucket.Upper < 0 ? -middle : middle;
    }

    /// <summary>
    /// The zero bucket reaches only to the side that has observations; a first custom bucket starts at 0 where it
    /// ends above.
    /// </summary>
    public static HistogramBucket Narrowed(NativeHistogram h, HistogramBucket bucket)
    {
        if (h.IsCustom)
        {
            return double.IsNegativeInfinity(bucket.Lower) && bucket.Upper > 0 && !double.IsInfinity(bucket.Upper)
                ? bucket with { Lower = 0 }
                : bucket;
        }

        if (bucket.Lower > 0 || bucket.Upper < 0)
        {
            return bucket;
        }

        bool negative = h.Negative.Length > 0, positive = h.Positive.Length > 0;
        return negative == positive ? bucket
            : positive ? bucket with { Lower = 0 }
            : bucket with { Upper = 0 };
    }

    static double Inside(NativeHistogram h, HistogramBucket bucket, double share)
    {
        if (h.IsCustom || (bucket.Lower <= 0 && bucket.Upper >= 0))
        {
            return bucket.Lower + ((bucket.Upper - bucket.Lower) * share);
        }

        double low = Math.Log2(Math.Abs(bucket.Lower)), high = Math.Log2(Math.Abs(bucket.Upper));
        return bucket.Lower > 0
            ? Math.Pow(2, low + ((high - low) * share))
            : -Math.Pow(2, high + ((low - high) * (1 - share)));
    }

    static double RankOf(NativeHistogram h, double value)
    {
        double rank = 0;
        foreach (var whole in HistogramBucket.AllOf(h))
        {
            var bucket = Narrowed(h, whole);
            if (value <= bucket.Lower)
            {
                return rank;
            }

            if (value < bucket.Upper)
            {
                return double.IsInfinity(bucket.Upper) ? rank
                    : double.IsInfinity(bucket.Lower) ? rank + bucket.Count
                    : rank + (bucket.Count * ShareBelow(h, bucket, value));
            }

            rank += bucket.Count;
        }

        return rank;
    }
}
