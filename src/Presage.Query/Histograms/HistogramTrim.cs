using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>
/// The operators <c>h &lt;/ x</c> (observations up to x) and <c>h &gt;/ x</c> (above x). A bucket that x cuts keeps a
/// share of its observations; once any is lost, the sum is estimated anew from the buckets.
/// </summary>
static class HistogramTrim
{
    public static NativeHistogram Apply(NativeHistogram h, double cut, bool keepBelow)
    {
        var kept = new Kept();
        var positive = Side(h, h.Positive, negative: false, cut, keepBelow, kept);
        var negativeSide = Side(h, h.Negative, negative: true, cut, keepBelow, kept);
        double zero = h.ZeroCount == 0
            ? 0
            : Keep(h, new HistogramBucket(-h.ZeroThreshold, h.ZeroThreshold, h.ZeroCount), cut, keepBelow, kept);
        return !kept.Lost
            ? h
            : h with
            {
                Positive = positive, Negative = negativeSide, ZeroCount = zero, Count = kept.Count, Sum = kept.Sum,
            };
    }

    static HistogramBuckets Side(
        NativeHistogram h, HistogramBuckets side, bool negative, double cut, bool keepBelow, Kept kept)
    {
        double[] counts = new double[side.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            double far = HistogramBucket.BoundOf(h, side.Indexes[i]);
            double near = HistogramBucket.BoundOf(h, side.Indexes[i] - 1);
            var bucket = negative
                ? new HistogramBucket(-far, -near, side.Counts[i])
                : new HistogramBucket(near, far, side.Counts[i]);
            counts[i] = Keep(h, bucket, cut, keepBelow, kept);
        }

        return HistogramBuckets.Of(side.Indexes, counts);
    }

    static double Keep(NativeHistogram h, HistogramBucket whole, double cut, bool keepBelow, Kept kept)
    {
        var bucket = keepBelow || cut >= 0 || !h.IsCustom ? HistogramStatistics.Narrowed(h, whole) : whole;
        if (keepBelow ? cut >= bucket.Upper : cut <= bucket.Lower)
        {
            return kept.Add(bucket.Count, Middle(h, bucket));
        }

        if (keepBelow ? cut <= bucket.Lower : cut >= bucket.Upper)
        {
            return kept.Lose();
        }

        // A bucket without end on the side that is kept stays whole, one without end on the other side is lost.
        if (double.IsInfinity(bucket.Lower) || double.IsInfinity(bucket.Upper))
        {
            bool open = keepBelow
                ? double.IsInfinity(bucket.Lower) && !double.IsInfinity(bucket.Upper)
                : double.IsInfinity(bucket.Upper) && !double.IsInfinity(bucket.Lower);
            kept.Lose();
            return open ? kept.Add(bucket.Count, cut) : 0;
        }

        double below = HistogramStatistics.ShareBelow(h, bucket, cut);
        var part = keepBelow
            ? new HistogramBucket(bucket.Lower, cut, bucket.Count * below)
            : new HistogramBucket(cut, bucket.Upper, bucket.Count * (1 - below));
        kept.Lose();
        return kept.Add(part.Count, Middle(h, part));
    }

    static double Middle(NativeHistogram h, HistogramBucket bucket)
    {
        if (double.IsInfinity(bucket.Lower) || double.IsInfinity(bucket.Upper))
        {
            return double.IsInfinity(bucket.Lower) ? bucket.Upper : bucket.Lower;
        }

        return h.IsCustom || (bucket.Lower <= 0 && bucket.Upper >= 0) || IsNearZero(h, bucket)
            ? (bucket.Lower + bucket.Upper) / 2
            : HistogramStatistics.MiddleOf(h, bucket);
    }

    static bool IsNearZero(NativeHistogram h, HistogramBucket bucket) =>
        Math.Max(Math.Abs(bucket.Lower), Math.Abs(bucket.Upper)) <= h.ZeroThreshold;

    /// <summary>What is left, and whether anything is not.</summary>
    sealed class Kept
    {
        public double Count { get; private set; }

        public double Sum { get; private set; }

        public bool Lost { get; private set; }

        public double Add(double count, double middle)
        {
            Count += count;
            Sum += count == 0 ? 0 : count * middle;
            return count;
        }

        public double Lose()
        {
            Lost = true;
            return 0;
        }
    }
}
