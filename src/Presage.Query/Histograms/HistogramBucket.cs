using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>One bucket with its bounds.</summary>
readonly record struct HistogramBucket(double Lower, double Upper, double Count)
{
    /// <summary>All populated buckets from the lowest to the highest bound.</summary>
    public static List<HistogramBucket> AllOf(NativeHistogram h)
    {
        var all = new List<HistogramBucket>(h.Positive.Length + h.Negative.Length + 1);
        for (int i = h.Negative.Length - 1; i >= 0; i--)
        {
            int index = h.Negative.Indexes[i];
            all.Add(new HistogramBucket(
                -BoundOf(h, index), -BoundOf(h, index - 1), h.Negative.Counts[i]));
        }

        if (h.ZeroCount != 0)
        {
            all.Add(new HistogramBucket(-h.ZeroThreshold, h.ZeroThreshold, h.ZeroCount));
        }

        for (int i = 0; i < h.Positive.Length; i++)
        {
            int index = h.Positive.Indexes[i];
            all.Add(new HistogramBucket(BoundOf(h, index - 1), BoundOf(h, index), h.Positive.Counts[i]));
        }

        return all;
    }

    /// <summary>The upper bound of the bucket of an index.</summary>
    public static double BoundOf(NativeHistogram h, int index) => h.IsCustom
        ? BoundOf(h.CustomBounds, index)
        : BoundOf(h.Schema, index);

    public static double BoundOf(IReadOnlyList<double> bounds, int index) =>
        index < 0 ? double.NegativeInfinity
        : index >= bounds.Count ? double.PositiveInfinity
        : bounds[index];

    /// <summary>The bound 2^(index * 2^-schema), exact where it is a power of two.</summary>
    public static double BoundOf(int schema, int index)
    {
        if (schema <= 0)
        {
            long exponent = (long)index << -schema;
            return exponent > 1023 ? exponent == 1024 ? double.MaxValue : double.PositiveInfinity
                : exponent < -1074 ? 0
                : Math.ScaleB(1, (int)exponent);
        }

        int whole = index >> schema, part = index - (whole << schema);
        double fraction = part == 0 ? 1 : Math.Pow(2, part / (double)(1 << schema));
        return whole == 1024 && part == 0 ? double.MaxValue
            : whole > 1023 ? double.PositiveInfinity
            : Math.ScaleB(fraction, whole);
    }
}
