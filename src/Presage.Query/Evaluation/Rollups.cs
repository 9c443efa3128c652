using System.Globalization;
using Presage.Metrics;
using Presage.Query.Functions;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// Answers from roll-ups where raw samples are gone. A bucket counts as a sample at its last millisecond; each function
/// reads the column that keeps it right: <c>max_over_time</c> the maxima, <c>rate</c> the increases. What no column
/// keeps (<c>quantile_over_time</c>, <c>stddev_over_time</c> …) is computed over the last values. The answer says so.
/// </summary>
static class Rollups
{
    /// <summary>Series looked at to find out whether a tier reaches back far enough.</summary>
    const int ProbesMax = 8;

    /// <summary>What to answer from; null where raw samples do, or where there are no roll-ups.</summary>
    /// <param name="run">The query.</param>
    /// <param name="matchers">The series.</param>
    /// <param name="range">The time to read, the window before the first step included.</param>
    /// <param name="windowMs">How much of it is window or lookback.</param>
    /// <param name="at">The selector, for the remark.</param>
    public static RollupChoice? Choose(
        QueryRun run, IReadOnlyList<LabelMatcher> matchers, TimeRange range, long windowMs, TextSpan at)
    {
        if (run.Source is not IRollupSource { Tiers.Count: > 0 } source)
        {
            return null;
        }

        long oldestRawMs = source.OldestRawMs(matchers, range);
        if (range.FromMs + windowMs >= oldestRawMs)
        {
            return null;
        }

        var keepsRaw = source.KeepsRaw(range.FromMs + windowMs);
        if (keepsRaw is not null && !source.Select(matchers, range).Any(series => keepsRaw(series.Labels)))
        {
            keepsRaw = null;
        }

        var fitting = source.Tiers.Where(t => t.StepMs() <= Math.Max(windowMs, run.StepMs)).ToList();
        var tier = fitting.Count > 0 && run.StepMs > 0 ? fitting[^1] : source.Tiers[0];
        if (!Reaches(source, matchers, range, tier, keepsRaw))
        {
            // Coarser ones are kept longer as a rule; a rule may keep some series' finer ones alone.
            tier = source.Tiers.Reverse().FirstOrDefault(
                t => t != tier && Reaches(source, matchers, range, t, keepsRaw), source.Tiers[^1]);
        }

        string time = oldestRawMs == long.MaxValue ? ""
            : " before " + DateTimeOffset.FromUnixTimeMilliseconds(oldestRawMs)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (source.Tiers.All(t => source.SelectRollups(matchers, range, t).Count == 0)
            && source.Select(matchers, range).Count > 0)
        {
            // Native histograms have none: what raw samples there are answer.
            run.Inform($"raw samples{time} are gone, and no roll-ups are kept of these series", at);
            return null;
        }

        string some = keepsRaw is null ? "" : " of some series";
        string those = keepsRaw is null ? "" : "these are ";
        run.Inform(
            $"raw samples{some}{time} are gone, {those}answered from roll-ups of {tier.StepMs() / 60_000} minutes", at);
        return new RollupChoice(tier, keepsRaw);
    }

    /// <summary>
    /// The series of a tier as series of samples, of one column (<see cref="RollupSamples"/>), and the raw series that
    /// are kept longer; sorted by labels.
    /// </summary>
    public static IReadOnlyList<ISampleSeries> Select(
        QueryRun run, IReadOnlyList<LabelMatcher> matchers, TimeRange range, RollupChoice choice, RollupField field)
    {
        var source = (IRollupSource)run.Source;
        var rolled = source.SelectRollups(matchers, range, choice.Tier)
            .Select(series => (ISampleSeries)new RollupSamples(series, choice.Tier.StepMs(), field));
        if (choice.KeepsRaw is not { } keepsRaw)
        {
            return [.. rolled];
        }

        ISampleSeries[] raw = [.. source.Select(matchers, range).Where(series => keepsRaw(series.Labels))];
        var kept = raw.Select(static series => series.Labels).ToHashSet();
        ISampleSeries[] all = [.. raw, .. rolled.Where(series => !kept.Contains(series.Labels))];
        Array.Sort(all, static (a, b) => a.Labels.CompareTo(b.Labels));
        return all;
    }

    /// <summary>How a function of raw samples is computed from buckets.</summary>
    public static (RollupField Field, RangeKernel Kernel) FunctionOf(string name, RangeKernel own) => name switch
    {
        "min_over_time" => (RollupField.Min, own),
        "max_over_time" => (RollupField.Max, own),
        "sum_over_time" => (RollupField.Sum, own),
        "count_over_time" => (RollupField.Count, OverTimeKernels.Sum),
        "avg_over_time" => (RollupField.Sum, own),
        "first_over_time" => (RollupField.First, own),
        "increase" => (RollupField.Increase, OverTimeKernels.Sum),
        "rate" => (RollupField.Increase, static (in WindowSet set, Span<double> result) =>
        {
            OverTimeKernels.Sum(set, result);
            foreach (ref double value in result)
            {
                value = Point.IsAbsent(value) ? value : value / (set.RangeMs / 1000.0);
            }
        }),
        _ => (RollupField.Last, own),
    };

    static bool Reaches(
        IRollupSource source, IReadOnlyList<LabelMatcher> matchers, TimeRange range, RollupTier tier,
        Func<LabelSet, bool>? keepsRaw)
    {
        var first = new TimeRange(range.FromMs, Math.Min(range.ToMs, range.FromMs + RollupTier.OneHour.StepMs()));
        var columns = new RollupColumns();
        return source.SelectRollups(matchers, first, tier)
            .Where(series => keepsRaw is null || !keepsRaw(series.Labels))
            .Take(ProbesMax)
            .Any(series =>
            {
                columns.Clear();
                series.Read(first, columns);
                return columns.Count > 0;
            });
    }
}

/// <summary>What a selector is answered from.</summary>
/// <param name="Tier">The roll-ups.</param>
/// <param name="KeepsRaw">Tells of a series whether raw samples answer for it all the same; null: none do.</param>
sealed record RollupChoice(RollupTier Tier, Func<LabelSet, bool>? KeepsRaw);

/// <summary>A column of roll-ups.</summary>
enum RollupField
{
    Min,
    Max,
    Sum,
    Count,
    First,
    Last,
    Increase,
}

/// <summary>One column of a series of roll-ups, as samples at the last millisecond of each bucket.</summary>
sealed class RollupSamples(IRollupSeries series, long stepMs, RollupField field) : ISampleSeries
{
    [ThreadStatic]
    static RollupColumns? t_buckets;

    public LabelSet Labels => series.Labels;

    public void Read(TimeRange range, SampleColumns columns) => Read(range, columns, field);

    public void Read(TimeRange range, SampleColumns columns, RollupField wanted)
    {
        var buckets = t_buckets ??= new RollupColumns();
        buckets.Clear();
        series.Read(new TimeRange(range.FromMs - stepMs, range.ToMs), buckets);
        foreach (ref readonly var bucket in buckets.Buckets)
        {
            long timeMs = bucket.StartMs + stepMs - 1;
            if (range.Contains(timeMs))
            {
                columns.Add(timeMs, ValueOf(bucket, wanted));
            }
        }
    }

    static double ValueOf(in RollupBucket bucket, RollupField field) => field switch
    {
        RollupField.Min => bucket.Min,
        RollupField.Max => bucket.Max,
        RollupField.Sum => bucket.Sum,
        RollupField.Count => bucket.Count,
        RollupField.First => bucket.First,
        RollupField.Increase => bucket.Increase,
        _ => bucket.Last,
    };
}
