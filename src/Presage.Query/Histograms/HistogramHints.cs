using Presage.Metrics;

namespace Presage.Query.Histograms;

/// <summary>What is known of counter resets where only some of the samples are looked at.</summary>
static class HistogramHints
{
    /// <summary>
    /// Between steps of a subquery samples are skipped, so that what a sample knows of the one before it no longer
    /// counts.
    /// </summary>
    public static NativeHistogram Forget(NativeHistogram h) =>
        h.Hint is CounterResetHint.Reset or CounterResetHint.NotReset ? h with { Hint = CounterResetHint.Unknown } : h;

    /// <summary>Gives every sample of the columns the hint that <see cref="Of"/> finds.</summary>
    public static void Complete(SampleColumns columns)
    {
        for (int i = columns.Count - 1; i >= 0; i--)
        {
            if (Of(columns, i) is { } histogram)
            {
                columns.ReplaceHistogram(i, histogram);
            }
        }
    }

    /// <summary>A sample whose hint, where it has none, comes from comparing with the histogram before it.</summary>
    public static NativeHistogram? Of(SampleColumns columns, int at)
    {
        var histograms = columns.Histograms;
        if (histograms[at] is not { Hint: CounterResetHint.Unknown } now)
        {
            return histograms[at];
        }

        for (int i = at - 1; i >= 0; i--)
        {
            if (histograms[i] is { } before)
            {
                return now with
                {
                    Hint = HistogramResets.Shrank(before, now) ? CounterResetHint.Reset : CounterResetHint.NotReset,
                };
            }
        }

        return now;
    }
}
