using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>Increase of native histograms over a window, counter resets handled, extrapolated as for numbers.</summary>
sealed class HistogramRates(QueryRun run, string metric, TextSpan at, bool counter)
{
    /// <summary>
    /// <c>rate</c>, <c>increase</c>, <c>delta</c>; null where there are too few or unlike histograms.
    /// </summary>
    public NativeHistogram? Extrapolated(List<HistogramSample> samples, long endMs, long rangeMs, bool perSecond)
    {
        if (samples.Count < 2 || Change(samples) is not { } change)
        {
            return null;
        }

        var (first, last) = (samples[0], samples[^1]);
        double sampled = (last.TimestampMs - first.TimestampMs) / 1000.0;
        double distance = sampled / (samples.Count - 1), threshold = distance * 1.1;
        double toStart = (first.TimestampMs - (endMs - rangeMs)) / 1000.0, toEnd = (endMs - last.TimestampMs) / 1000.0;
        toStart = toStart >= threshold ? distance / 2 : toStart;
        if (counter && change.Count > 0 && first.Histogram.Count >= 0)
        {
            toStart = Math.Min(toStart, sampled * (first.Histogram.Count / change.Count));
        }

        toEnd = toEnd >= threshold ? distance / 2 : toEnd;
        double factor = (sampled + toStart + toEnd) / sampled;
        return HistogramArithmetic.Multiply(change, perSecond ? factor / (rangeMs / 1000.0) : factor);
    }

    /// <summary>The change between two samples, of a counter the newer one where it was reset.</summary>
    public NativeHistogram? LastChange(NativeHistogram before, NativeHistogram now)
    {
        CheckHints([before, now]);
        if (counter && HistogramResets.IsReset(before, now))
        {
            return now with { Hint = CounterResetHint.Gauge };
        }

        var sum = new HistogramSum(now);
        return Join(sum, before, -1) ? sum.ToHistogram() with { Hint = CounterResetHint.Gauge } : null;
    }

    /// <summary>The same under <c>anchored</c> and <c>smoothed</c>: nothing is extrapolated.</summary>
    public NativeHistogram? Extended(
        List<HistogramSample> samples, long endMs, long rangeMs, bool smoothed, bool perSecond)
    {
        long startMs = endMs - rangeMs;
        if (samples[^1].TimestampMs <= startMs || samples[0].TimestampMs > endMs)
        {
            return null;
        }

        CheckHints([.. samples.Select(static s => s.Histogram)]);
        NativeHistogram? left = samples[0].Histogram, right = samples[^1].Histogram;
        if (smoothed && samples.Count > 1 && samples[0].TimestampMs < startMs)
        {
            left = Between(samples[0], samples[1], startMs);
        }

        if (smoothed && samples.Count > 1 && samples[^1].TimestampMs > endMs)
        {
            right = Between(samples[^2], samples[^1], endMs);
        }

        var sum = right is null ? null : new HistogramSum(right);
        if (left is null || right is null || !Join(sum!, left, -1))
        {
            return null;
        }

        List<NativeHistogram> path = [left];
        path.AddRange(samples.Where(s => s.TimestampMs > startMs && s.TimestampMs < endMs).Select(s => s.Histogram));
        path.Add(right);
        for (int i = 1; i < path.Count && counter; i++)
        {
            bool reset = !ReferenceEquals(path[i], path[i - 1]) && HistogramResets.Shrank(path[i - 1], path[i]);
            if (reset && !Join(sum!, path[i - 1], 1))
            {
                return null;
            }
        }

        var change = sum!.ToHistogram() with { Hint = CounterResetHint.Gauge };
        return perSecond ? HistogramArithmetic.Divide(change, rangeMs / 1000.0) : change;
    }

    /// <summary>The histogram at a time between two samples; a counter that was reset grows from nothing.</summary>
    public NativeHistogram? Between(HistogramSample before, HistogramSample after, long timeMs)
    {
        if (before.Histogram.IsCustom != after.Histogram.IsCustom)
        {
            HistogramRemarks.MixedSchemas(run, metric, at);
            return null;
        }

        double share = (double)(timeMs - before.TimestampMs) / (after.TimestampMs - before.TimestampMs);
        if (counter && HistogramResets.IsReset(before.Histogram, after.Histogram))
        {
            return HistogramArithmetic.Multiply(after.Histogram, share);
        }

        var sum = new HistogramSum(HistogramArithmetic.Multiply(before.Histogram, 1 - share));
        return Join(sum, HistogramArithmetic.Multiply(after.Histogram, share), 1) ? sum.ToHistogram() : null;
    }

    NativeHistogram? Change(List<HistogramSample> samples)
    {
        CheckHints([.. samples.Select(static s => s.Histogram)]);
        var first = samples[0].Histogram;
        if (counter && HistogramResets.IsReset(first, samples[1].Histogram))
        {
            // After a reset the layout of the first sample does not matter any more.
            var second = samples[1].Histogram;
            first = new NativeHistogram { Schema = second.Schema, CustomBounds = second.CustomBounds };
        }

        var sum = new HistogramSum(samples[^1].Histogram);
        bool alike = first.IsCustom == sum.IsCustom
            && (!counter || samples.Skip(1).All(s => s.Histogram.IsCustom == first.IsCustom));
        if (!alike)
        {
            HistogramRemarks.MixedSchemas(run, metric, at);
            return null;
        }

        if (!Join(sum, first, -1))
        {
            return null;
        }

        var before = first;
        for (int i = 1; i < samples.Count && counter; i++)
        {
            var now = samples[i].Histogram;
            if (HistogramResets.IsReset(before, now) && !Join(sum, before, 1))
            {
                return null;
            }

            before = now;
        }

        return sum.ToHistogram() with { Hint = CounterResetHint.Gauge };
    }

    bool Join(HistogramSum sum, NativeHistogram other, double factor)
    {
        bool reconciled = sum.BoundsReconciled;
        if (!sum.Add(other, factor))
        {
            HistogramRemarks.MixedSchemas(run, metric, at);
            return false;
        }

        if (sum.BoundsReconciled && !reconciled)
        {
            HistogramRemarks.BoundsReconciled(run, factor < 0 ? "subtraction" : "addition", at);
        }

        return true;
    }

    void CheckHints(ReadOnlySpan<NativeHistogram> samples)
    {
        if (!counter)
        {
            if (samples[0].Hint != CounterResetHint.Gauge || samples[^1].Hint != CounterResetHint.Gauge)
            {
                HistogramRemarks.NotGauge(run, metric, at);
            }

            return;
        }

        foreach (var sample in samples)
        {
            if (sample.Hint == CounterResetHint.Gauge)
            {
                HistogramRemarks.NotCounter(run, metric, at);
                return;
            }
        }
    }
}
