using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>Compares buckets of roll-ups with what the model's samples come to.</summary>
static class RollupComparison
{
    const long DayMs = 86_400_000;

    /// <summary>The buckets of a series that are known for sure; null stands for one that is not.</summary>
    public static SortedDictionary<long, RollupBucket?> Expect(SeriesModel series, long stepMs)
    {
        var buckets = new SortedDictionary<long, RollupBucket?>();
        var newest = new Dictionary<long, double>();
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
                buckets[startMs] = new RollupBucket(startMs, value, value, value, 1, value, value, value - value);
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
                    Increase = bucket.Increase + Step(newest[startMs], value),
                };
            }

            newest[startMs] = value;
        }

        AddBetween(buckets);
        return buckets;
    }

    /// <summary>
    /// Readers add what a counter grew from the bucket before, one day ago at most; where that one is not known for
    /// sure, neither is the increase. Nor is it where a NaN stands between: a NaN at the end of a bucket hides growth.
    /// </summary>
    static void AddBetween(SortedDictionary<long, RollupBucket?> buckets)
    {
        (long StartMs, double? Last)? before = null;
        foreach (var (startMs, bucket) in buckets.ToArray())
        {
            if (bucket is { } known)
            {
                if (before is { } earlier && startMs - earlier.StartMs <= DayMs)
                {
                    double between = earlier.Last is { } last ? Step(last, known.First) : double.NaN;
                    buckets[startMs] = known with { Increase = known.Increase + between };
                }
            }

            before = (startMs, bucket?.Last);
        }
    }

    /// <summary>What a counter grew by: a lower value means that it began again at 0.</summary>
    static double Step(double from, double to) => to < from ? to : to - from;

    /// <summary>Whether two buckets say the same.</summary>
    public static bool AreAlike(in RollupBucket a, in RollupBucket b) =>
        a.StartMs == b.StartMs && a.Count == b.Count && Alike(a.Min, b.Min) && Alike(a.Max, b.Max) &&
        Alike(a.First, b.First) && Alike(a.Last, b.Last) && AreSumsAlike(a, b) && AreIncreasesAlike(a, b);

    /// <summary>Sums may be rounded otherwise, and one of enormous values may run over.</summary>
    static bool AreSumsAlike(in RollupBucket a, in RollupBucket b) =>
        Alike(a.Sum, b.Sum) || !double.IsFinite(a.Sum) || !double.IsFinite(b.Sum) ||
        Math.Abs(a.Sum - b.Sum) <= 1e-12 * a.Count * Math.Max(Math.Abs(a.Min), Math.Abs(a.Max));

    /// <summary>
    /// NaN in the model's stands for one that is not known; differences of enormous values may run over.
    /// </summary>
    static bool AreIncreasesAlike(in RollupBucket model, in RollupBucket shown) =>
        !double.IsFinite(model.Increase) || !double.IsFinite(shown.Increase) ||
        !double.IsFinite(model.Max - model.Min) ||
        Math.Abs(model.Increase - shown.Increase) <=
            1e-12 * (model.Count + 1) * Math.Max(Math.Abs(model.Increase), Scale(model));

    static double Scale(in RollupBucket bucket) => double.IsNaN(bucket.Min) ? 0
        : Math.Max(Math.Abs(bucket.Min), Math.Abs(bucket.Max));

    static bool Alike(double a, double b) => a == b || (double.IsNaN(a) && double.IsNaN(b));

    static double LesserOf(double a, double b) => double.IsNaN(a) ? b : double.IsNaN(b) ? a : Math.Min(a, b);
}
