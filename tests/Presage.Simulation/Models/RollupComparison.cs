using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>Compares buckets of roll-ups with what the model's samples come to.</summary>
static class RollupComparison
{
    /// <summary>The buckets of a series that are known for sure; null stands for one that is not.</summary>
    public static SortedDictionary<long, RollupBucket?> Expect(SeriesModel series, long stepMs)
    {
        var buckets = new SortedDictionary<long, RollupBucket?>();
        foreach (var (timestampMs, slot) in series.Slots)
        {
            long startMs = timestampMs - (((timestampMs % stepMs) + stepMs) % stepMs);
            if (slot.Winner is not { } bits)
            {
                buckets[startMs] = null;
                continue;
            }

            double value = BitConverter.Int64BitsToDouble(bits);
            if (SampleValue.IsStale(value))
            {
                continue;
            }

            if (!buckets.TryGetValue(startMs, out var known))
            {
                buckets[startMs] = new RollupBucket(startMs, value, value, value, 1, value, value, 0);
            }
            else if (known is { } bucket)
            {
                buckets[startMs] = bucket with
                {
                    Min = LesserOf(bucket.Min, value),
                    Max = -LesserOf(-bucket.Max, -value),
                    Sum = bucket.Sum + value,
                    Count = bucket.Count + 1,
                    Last = value,
                };
            }
        }

        return buckets;
    }

    /// <summary>Whether two buckets say the same; the increase has tests of its own.</summary>
    public static bool AreAlike(in RollupBucket a, in RollupBucket b) =>
        a.StartMs == b.StartMs && a.Count == b.Count && Alike(a.Min, b.Min) && Alike(a.Max, b.Max) &&
        Alike(a.First, b.First) && Alike(a.Last, b.Last) && AreSumsAlike(a, b);

    /// <summary>Sums may be rounded otherwise, and one of enormous values may run over.</summary>
    static bool AreSumsAlike(in RollupBucket a, in RollupBucket b) =>
        Alike(a.Sum, b.Sum) || !double.IsFinite(a.Sum) || !double.IsFinite(b.Sum) ||
        Math.Abs(a.Sum - b.Sum) <= 1e-12 * a.Count * Math.Max(Math.Abs(a.Min), Math.Abs(a.Max));

    static bool Alike(double a, double b) => a == b || (double.IsNaN(a) && double.IsNaN(b));

    static double LesserOf(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Min(a, b);
}
