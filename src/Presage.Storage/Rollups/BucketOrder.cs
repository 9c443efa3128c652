using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Buckets of one series from two places: joins and drops them.</summary>
static class BucketOrder
{
    /// <summary>
    /// Joins two lists into the first. Of two buckets of the same time the one of more samples stands: it was made when
    /// more was known, and joining again changes nothing. Of as many, the one of the second list, made of samples.
    /// </summary>
    public static void Join(RollupColumns buckets, RollupColumns others)
    {
        var all = new List<(RollupBucket Bucket, int Place)>(buckets.Count + others.Count);
        foreach (var columns in (RollupColumns[])[buckets, others])
        {
            foreach (ref readonly var bucket in columns.Buckets)
            {
                all.Add((bucket, all.Count));
            }
        }

        all.Sort(static (a, b) => a.Bucket.StartMs != b.Bucket.StartMs
            ? a.Bucket.StartMs.CompareTo(b.Bucket.StartMs)
            : a.Bucket.Count != b.Bucket.Count ? b.Bucket.Count.CompareTo(a.Bucket.Count)
            : b.Place.CompareTo(a.Place));
        buckets.Clear();
        foreach (var (bucket, _) in all)
        {
            if (buckets.Count == 0 || buckets.Buckets[^1].StartMs != bucket.StartMs)
            {
                buckets.Add(bucket);
            }
        }
    }

    /// <summary>
    /// Drops the buckets that a deleted span touches: what of one is left can't be told from its figures. They are made
    /// anew where there are samples, or finer buckets. Those before a place stay.
    /// </summary>
    public static void Drop(RollupColumns buckets, int from, TimeRange range, long stepMs)
    {
        for (int i = buckets.Count - 1; i >= from; i--)
        {
            long startMs = buckets.Buckets[i].StartMs;
            if (startMs <= range.ToMs && startMs + stepMs - 1 >= range.FromMs)
            {
                buckets.RemoveRange(i, 1);
            }
        }
    }
}
