using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>Whether a histogram that counts was reset between two samples.</summary>
static class HistogramResets
{
    public static bool IsReset(NativeHistogram before, NativeHistogram now) => now.Hint switch
    {
        CounterResetHint.Reset => true,
        CounterResetHint.NotReset => false,
        _ => Shrank(before, now),
    };

    /// <summary>Whether any count went down, whatever the hints say.</summary>
    public static bool Shrank(NativeHistogram before, NativeHistogram now)
    {
        if (now.Count < before.Count || now.IsCustom != before.IsCustom)
        {
            return true;
        }

        if (now.IsCustom)
        {
            return CustomShrank(before, now);
        }

        if (now.Schema > before.Schema || now.ZeroThreshold < before.ZeroThreshold)
        {
            return true;
        }

        var (zeroBefore, reached) = now.ZeroThreshold == before.ZeroThreshold
            ? (before.ZeroCount, before.ZeroThreshold)
            : HistogramLayout.ZeroCountAt(before, now.ZeroThreshold);
        return reached != now.ZeroThreshold || now.ZeroCount < zeroBefore
            || SideShrank(before, before.Positive, now, now.Positive)
            || SideShrank(before, before.Negative, now, now.Negative);
    }

    static bool SideShrank(
        NativeHistogram before, HistogramBuckets sideBefore, NativeHistogram now, HistogramBuckets sideNow)
    {
        int steps = before.Schema - now.Schema, at = 0;
        for (int i = 0; i < sideBefore.Length;)
        {
            if (HistogramBucket.BoundOf(before, sideBefore.Indexes[i]) <= now.ZeroThreshold && now.ZeroThreshold > 0)
            {
                i++;
                continue;
            }

            int index = HistogramLayout.Coarser(sideBefore.Indexes[i], steps);
            double count = 0;
            while (i < sideBefore.Length && HistogramLayout.Coarser(sideBefore.Indexes[i], steps) == index)
            {
                count += sideBefore.Counts[i++];
            }

            while (at < sideNow.Length && sideNow.Indexes[at] < index)
            {
                at++;
            }

            if ((at < sideNow.Length && sideNow.Indexes[at] == index ? sideNow.Counts[at] : 0) < count)
            {
                return true;
            }
        }

        return false;
    }

    static bool CustomShrank(NativeHistogram before, NativeHistogram now)
    {
        double[] common = HistogramLayout.CommonBounds(before.CustomBounds, now.CustomBounds);
        double[] counts = new double[common.Length + 1];
        for (int i = 0; i < now.Positive.Length; i++)
        {
            counts[HistogramLayout.IndexIn(common, now.CustomBounds, now.Positive.Indexes[i])] +=
                now.Positive.Counts[i];
        }

        for (int i = 0; i < before.Positive.Length; i++)
        {
            counts[HistogramLayout.IndexIn(common, before.CustomBounds, before.Positive.Indexes[i])] -=
                before.Positive.Counts[i];
        }

        return Array.Exists(counts, static c => c < 0);
    }
}
