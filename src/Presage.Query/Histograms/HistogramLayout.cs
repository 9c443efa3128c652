using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>How bucket layouts relate: coarser schemas, wider zero buckets, common custom bounds.</summary>
static class HistogramLayout
{
    /// <summary>The index of a bucket in a schema that is some steps coarser.</summary>
    public static int Coarser(int index, int steps) => steps == 0 ? index : ((index - 1) >> steps) + 1;

    /// <summary>The bounds that stand in both lists.</summary>
    public static double[] CommonBounds(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        List<double> common = [];
        int i = 0, j = 0;
        while (i < a.Count && j < b.Count)
        {
            if (a[i] == b[j])
            {
                common.Add(a[i]);
            }

            bool moveLeft = a[i] <= b[j], moveRight = b[j] <= a[i];
            i += moveLeft ? 1 : 0;
            j += moveRight ? 1 : 0;
        }

        return [.. common];
    }

    /// <summary>The bucket among coarser bounds that a bucket of finer ones falls into.</summary>
    public static int IndexIn(double[] coarse, IReadOnlyList<double> fine, int index)
    {
        if (index >= fine.Count)
        {
            return coarse.Length;
        }

        int found = Array.BinarySearch(coarse, fine[index]);
        return found < 0 ? ~found : found;
    }

    /// <summary>
    /// The zero bucket's population if it were at least this wide; wider where a populated bucket straddles.
    /// </summary>
    public static (double Count, double Threshold) ZeroCountAt(NativeHistogram h, double threshold)
    {
        while (true)
        {
            double count = h.ZeroCount, reached = threshold;
            for (int i = 0; i < h.Positive.Length; i++)
            {
                int index = h.Positive.Indexes[i];
                if (HistogramBucket.BoundOf(h, index - 1) >= reached)
                {
                    break;
                }

                count += h.Positive.Counts[i];
                reached = Math.Max(reached, HistogramBucket.BoundOf(h, index));
            }

            double afterPositive = reached;
            for (int i = 0; i < h.Negative.Length; i++)
            {
                int index = h.Negative.Indexes[i];
                if (HistogramBucket.BoundOf(h, index - 1) >= reached)
                {
                    break;
                }

                count += h.Negative.Counts[i];
                reached = Math.Max(reached, HistogramBucket.BoundOf(h, index));
            }

            if (reached == afterPositive)
            {
                return (count, reached);
            }

            threshold = reached;
        }
    }
}
