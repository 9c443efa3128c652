namespace Presage.Metrics;

/// <summary>
/// One side of a native histogram: indexes, ascending, and the number of observations in the bucket of each. Empty
/// buckets are left out.
/// </summary>
public sealed class HistogramBuckets : IEquatable<HistogramBuckets>
{
    readonly int[] _indexes;
    readonly double[] _counts;

    HistogramBuckets(int[] indexes, double[] counts)
    {
        _indexes = indexes;
        _counts = counts;
    }

    public static HistogramBuckets Empty { get; } = new([], []);

    public ReadOnlySpan<int> Indexes => _indexes;

    public ReadOnlySpan<double> Counts => _counts;

    public int Length => _indexes.Length;

    /// <summary>Makes a side of columns of equal length; indexes must ascend, empty buckets are dropped.</summary>
    public static HistogramBuckets Of(ReadOnlySpan<int> indexes, ReadOnlySpan<double> counts)
    {
        int present = 0;
        foreach (double count in counts)
        {
            present += count == 0 ? 0 : 1;
        }

        if (present == 0)
        {
            return Empty;
        }

        int[] keptIndexes = new int[present];
        double[] keptCounts = new double[present];
        int at = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0)
            {
                keptIndexes[at] = indexes[i];
                keptCounts[at++] = counts[i];
            }
        }

        return new HistogramBuckets(keptIndexes, keptCounts);
    }

    /// <summary>Makes a side of neighbouring buckets, the first of which has the given index.</summary>
    public static HistogramBuckets OfRun(int first, ReadOnlySpan<double> counts)
    {
        int[] indexes = new int[counts.Length];
        for (int i = 0; i < indexes.Length; i++)
        {
            indexes[i] = first + i;
        }

        return Of(indexes, counts);
    }

    public bool Equals(HistogramBuckets? other) =>
        other is not null && Indexes.SequenceEqual(other.Indexes) && Counts.SequenceEqual(other.Counts);

    public override bool Equals(object? obj) => Equals(obj as HistogramBuckets);

    public override int GetHashCode() => HashCode.Combine(_indexes.Length, _counts.Length > 0 ? _counts[0] : 0);
}
