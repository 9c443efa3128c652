using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Buckets of one series from two places: joins and drops them.</summary>
static class BucketOrder
{
    /// <summary>
    /// Joins two ascending lists into the first. Of two buckets of the same time the one of more samples stands: it
    /// was made when more was known, and joining again changes nothing.
    /// </summary>
    public static void Join(RollupColumns buckets, RollupColumns others)
    {
        var all = new List<RollupBucket>(buckets.Count + others.Count);
        all.AddRange(buckets.Buckets);
        all.AddRange(others.Buckets);
        all.Sort(static (a, b) => a.StartMs != b.StartMs ? a.StartMs.CompareTo(b.StartMs) : b.Count.CompareTo(a.Count));
        buckets.Clear();
        foreach (var bucket in all)
        {
            if (buckets.Count == 0 || buckets.Buckets[^1].StartMs != bucket.StartMs)
            {
                buckets.Add(bucket);
            }
        }
    }

    /// <summary>
    /// Drops the buckets that a deleted span touches: what of one is left can't be told from its figures. They are made
    /// anew where there are samples, or finer buckets.
    /// </summary>
    public static void Drop(RollupColumns buckets, TimeRange range, long stepMs)
    {
        for (int i = buckets.Count - 1; i >= 0; i--)
        {
            long startMs = buckets.Buckets[i].StartMs;
            if (startMs <= range.ToMs && startMs + stepMs - 1 >= range.FromMs)
            {
                buckets.RemoveRange(i, 1);
            }
        }
    }
}
