// Hot path: once per sample of every merge. Budget: 3 ns a sample.
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Makes buckets of samples. Here and in files a bucket's increase is that from its own first sample on; what lies
/// between two buckets is added when they are read (<see cref="AddIncreaseBetween"/>), so that no bucket depends on its
/// neighbours and late data change their own bucket only.
/// </summary>
static class RollupBuilder
{
    /// <summary>A sample older than this before a bucket is no longer the one before it.</summary>
    public const long GapMaxMs = 24 * 3_600_000;

    /// <summary>Appends the buckets of ascending samples.</summary>
    public static void Build(
        ReadOnlySpan<long> timestampsMs,
        ReadOnlySpan<double> values,
        long stepMs,
        RollupColumns columns
    )
    {
        int at = 0;
        while (at < values.Length)
        {
            long startMs = Floor(timestampsMs[at], stepMs);
            int end = at + 1;
            while (end < values.Length && timestampsMs[end] - startMs < stepMs)
            {
                end++;
            }

            if (TryBucket(startMs, values[at..end], out var bucket))
            {
                columns.Add(bucket);
            }

            at = end;
        }
    }

    /// <summary>Appends the buckets of a coarser step, made of finer ones.</summary>
    public static void Combine(ReadOnlySpan<RollupBucket> finer, long stepMs, RollupColumns columns)
    {
        int at = 0;
        while (at < finer.Length)
        {
            long startMs = Floor(finer[at].StartMs, stepMs);
            var whole = finer[at++] with { StartMs = startMs };
            while (at < finer.Length && finer[at].StartMs - startMs < stepMs)
            {
                ref readonly var next = ref finer[at++];
                whole = new RollupBucket(
                    startMs,
                    Lesser(whole.Min, next.Min),
                    Greater(whole.Max, next.Max),
                    whole.Sum + next.Sum,
                    whole.Count + next.Count,
                    whole.First,
                    next.Last,
                    IncreaseOf(whole, next)
                );
            }

            columns.Add(whole);
        }
    }

    /// <summary>
    /// Turns increases within buckets into increases from the sample before each bucket on. The first bucket has none
    /// before it.
    /// </summary>
    public static void AddIncreaseBetween(Span<RollupBucket> buckets)
    {
        for (int i = buckets.Length - 1; i > 0; i--)
        {
            // A bucket of nothing but NaN tells nothing: the one before it does.
            int before = i - 1;
            while (before > 0 && double.IsNaN(EndOf(buckets[before])))
            {
                before--;
            }

            if (buckets[i].StartMs - buckets[before].StartMs <= GapMaxMs)
            {
                double between = Step(EndOf(buckets[before]), BeginOf(buckets[i]));
                buckets[i] = buckets[i] with { Increase = buckets[i].Increase + between };
            }
        }
    }

    /// <summary>A counter's first value that is a number, where that can be told; NaN where not.</summary>
    static double BeginOf(in RollupBucket bucket) =>
        !double.IsNaN(bucket.First) || !OnlyGrew(bucket) ? bucket.First : bucket.Min;

    /// <summary>The last one.</summary>
    static double EndOf(in RollupBucket bucket) =>
        !double.IsNaN(bucket.Last) || !OnlyGrew(bucket) ? bucket.Last : bucket.Max;

    /// <summary>Whether its increase is from the least to the greatest value: nothing was reset.</summary>
    static bool OnlyGrew(in RollupBucket bucket) =>
        Math.Abs(bucket.Max - bucket.Min - bucket.Increase) <= 1e-12 * Math.Abs(bucket.Max);

    static bool TryBucket(long startMs, ReadOnlySpan<double> values, out RollupBucket bucket)
    {
        double min = double.NaN,
            max = double.NaN,
            first = 0,
            last = 0;
        double begun = double.NaN,
            known = double.NaN,
            resets = 0,
            sum = 0,
            lost = 0;
        int count = 0;
        foreach (double value in values)
        {
            if (SampleValue.IsStale(value))
            {
                continue;
            }

            first = count == 0 ? value : first;
            last = value;
            sum = count++ == 0 ? value : AddExactly(sum, value, ref lost);
            if (!double.IsNaN(value))
            {
                min = value < min || double.IsNaN(min) ? value : min;
                max = value > max || double.IsNaN(max) ? value : max;
                begun = double.IsNaN(begun) ? value : begun;
                resets += value < known ? known : 0;
                known = value;
            }
        }

        double grown = known - begun + resets;
        bucket = new RollupBucket(
            startMs,
            min,
            max,
            lost == 0 ? sum : sum + lost,
            count,
            first,
            last,
            double.IsNaN(grown) ? 0 : grown
        );
        return count > 0;
    }

    /// <summary>
    /// A sum that keeps what rounding lost (Neumaier, 1974): exact to the last bit or nearly so, and so a short decimal
    /// where the values are.
    /// </summary>
    static double AddExactly(double sum, double value, ref double lost)
    {
        double total = sum + value;
        if (double.IsFinite(total))
        {
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - total + value : value - total + sum;
        }

        return total;
    }

    /// <summary>The plain difference of both ends, to the last bit, where nothing was reset in between.</summary>
    static double IncreaseOf(in RollupBucket whole, in RollupBucket next) =>
        next.First >= whole.Last
        && whole.Increase == whole.Last - whole.First
        && next.Increase == next.Last - next.First
            ? next.Last - whole.First
            : whole.Increase + Step(EndOf(whole), BeginOf(next)) + next.Increase;

    /// <summary>What a counter grew by from one value to the next: a lower value means it began again at 0.</summary>
    static double Step(double from, double to)
    {
        double step = to < from ? to : to - from;
        return double.IsNaN(step) ? 0 : step;
    }

    static double Lesser(double a, double b) => b < a || double.IsNaN(a) ? b : a;

    static double Greater(double a, double b) => b > a || double.IsNaN(a) ? b : a;

    static long Floor(long timestampMs, long stepMs)
    {
        long into = timestampMs % stepMs;
        return timestampMs - (into < 0 ? into + stepMs : into);
    }
}
