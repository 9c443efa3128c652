// Hot path: per step of a series a few loads from precomputed columns; per sample one comparison.
using System.Numerics;
using System.Runtime.CompilerServices;
using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>
/// <c>rate</c>, <c>increase</c>, <c>delta</c> and their instant forms. The extrapolation is Prometheus': to the
/// window's
/// borders where the samples come close to them (within 1.1 average distances), else by half a distance, and never
/// below zero
/// for a counter. Counter resets are corrected from a running total, so that overlapping windows share the work.
/// </summary>
static class RateKernels
{
    public static void Rate(in WindowSet w, Span<double> result) =>
        Extrapolate(w, result, counter: true, perSecond: true);

    /// <summary>From the first sample to the last: <see cref="QueryFeatures.RatesBetweenSamples"/>.</summary>
    public static void RateBetweenSamples(in WindowSet w, Span<double> result) =>
        Extrapolate(w, result, counter: true, perSecond: true, toBorders: false);

    public static void Increase(in WindowSet w, Span<double> result) =>
        Extrapolate(w, result, counter: true, perSecond: false);

    public static void Delta(in WindowSet w, Span<double> result) =>
        Extrapolate(w, result, counter: false, perSecond: false);

    public static void InstantRate(in WindowSet w, Span<double> result) => LastTwo(w, result, rate: true);

    public static void InstantDelta(in WindowSet w, Span<double> result) => LastTwo(w, result, rate: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Extrapolate(in WindowSet w, Span<double> result, bool counter, bool perSecond, bool toBorders = true)
    {
        var times = w.TimestampsMs;
        var values = w.Values;

        // Resets are rare: their places are found once, and each window adds up what was lost at those inside it.
        List<int>? resets = counter ? FindResets(values) : null;
        int nextReset = 0;
        for (int i = 0; i < result.Length; i++)
        {
            int first = w.Starts[i], last = w.Ends[i] - 1;
            if (last <= first)
            {
                result[i] = Point.Absent;
                continue;
            }

            double change = values[last] - values[first];
            if (resets is not null)
            {
                while (nextReset < resets.Count && resets[nextReset] <= first)
                {
                    nextReset++;
                }

                for (int r = nextReset; r < resets.Count && resets[r] <= last; r++)
                {
                    change += values[resets[r] - 1];
                }
            }

            double sampled = (times[last] - times[first]) / 1000.0;
            if (!toBorders)
            {
                result[i] = change / sampled;
                continue;
            }

            double distance = sampled / (last - first);
            double toStart = (times[first] - (w.EndMs(i) - w.RangeMs)) / 1000.0;
            double toEnd = (w.EndMs(i) - times[last]) / 1000.0;
            double threshold = distance * 1.1;
            toStart = toStart >= threshold ? distance / 2 : toStart;
            if (counter)
            {
                double toZero = change > 0 && values[first] >= 0 ? sampled * (values[first] / change) : toStart;
                toStart = toZero < toStart ? toZero : toStart;
            }

            toEnd = toEnd >= threshold ? distance / 2 : toEnd;
            double factor = (sampled + toStart + toEnd) / sampled;
            result[i] = change * (perSecond ? factor / (w.RangeMs / 1000.0) : factor);
        }
    }

    /// <summary>Where a counter fell below the value before; null when it never did.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static List<int>? FindResets(ReadOnlySpan<double> values)
    {
        List<int>? resets = null;
        int i = 1;
        for (; i + Vector<double>.Count <= values.Length; i += Vector<double>.Count)
        {
            // Several pairs at once; only where one of them fell each is looked at.
            if (Vector.LessThanAny(new Vector<double>(values[i..]), new Vector<double>(values[(i - 1)..])))
            {
                FindResets(values, i, i + Vector<double>.Count, ref resets);
            }
        }

        FindResets(values, i, values.Length, ref resets);
        return resets;
    }

    static void FindResets(ReadOnlySpan<double> values, int from, int to, ref List<int>? resets)
    {
        for (int i = from; i < to; i++)
        {
            if (values[i] < values[i - 1])
            {
                (resets ??= []).Add(i);
            }
        }
    }

    static void LastTwo(in WindowSet w, Span<double> result, bool rate)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int last = w.Ends[i] - 1;
            long interval = last > w.Starts[i] ? w.TimestampsMs[last] - w.TimestampsMs[last - 1] : 0;
            if (interval == 0)
            {
                result[i] = Point.Absent;
                continue;
            }

            double before = w.Values[last - 1], now = w.Values[last];
            double change = rate && now < before ? now : now - before;
            result[i] = rate ? change / (interval / 1000.0) : change;
        }
    }
}
