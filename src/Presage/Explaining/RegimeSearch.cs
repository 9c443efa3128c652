using Presage.Detection;
using Presage.Metrics;

namespace Presage.Explaining;

/// <summary>A regime change of a series on the clock.</summary>
/// <param name="TimeMs">When the new regime began.</param>
readonly record struct Regime(long TimeMs, ChangePoint Point);

/// <summary>When exactly a series changed: change points of its samples, averaged to what the search takes.</summary>
static class RegimeSearch
{
    /// <summary>Values searched at most: half a minute of two hours, exact enough to tell who moved first.</summary>
    const int ValuesMax = 480;

    /// <summary>The changes of a series within a range, in order.</summary>
    public static IReadOnlyList<Regime> Of(ISampleSeries series, TimeRange range, bool isCounter)
    {
        var columns = new SampleColumns();
        series.Read(range, columns);
        columns.DropStaleMarkers();
        var (times, values) = isCounter
            ? Rates(columns.TimestampsMs, columns.Values)
            : (columns.TimestampsMs.ToArray(), columns.Values.ToArray());
        (times, values) = Averaged(times, values);
        return [.. ChangePoints.Of(values).Select(point => new Regime(times[point.At], point))];
    }

    /// <summary>
    /// When a series that changed in a window changed: the change point nearest to the span in which it was seen, or
    /// else where that span begins.
    /// </summary>
    public static long SinceMs(SeriesFinding finding, ComparedWindow window)
    {
        long spanMs = window.StartOf(window.BaselineSpans + finding.Change.FirstSpan);
        if (finding.Change.Kind is ChangeKind.Appeared or ChangeKind.Stopped or ChangeKind.Peak)
        {
            return spanMs;
        }

        // Looked at closely: from half a window before, so that a minute of samples is not averaged away.
        long fromMs = Math.Max(window.BaselineFromMs, window.FromMs - ((window.ToMs - window.FromMs) / 2));
        var regimes = Of(finding.Source, new TimeRange(fromMs, window.ToMs - 1), finding.IsRate);
        return regimes.Count == 0
            ? spanMs
            : regimes.Select(static regime => regime.TimeMs).MinBy(timeMs => Math.Abs(timeMs - spanMs)) is var nearMs &&
                Math.Abs(nearMs - spanMs) <= (window.ToMs - window.FromMs) / 3 ? nearMs : spanMs;
    }

    static (long[] Times, double[] Values) Rates(ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        if (values.Length < 2)
        {
            return ([], []);
        }

        long[] at = new long[values.Length - 1];
        double[] rates = new double[values.Length - 1];
        for (int i = 1; i < values.Length; i++)
        {
            double moved = values[i] >= values[i - 1] ? values[i] - values[i - 1] : Math.Max(0, values[i]);
            at[i - 1] = times[i];
            rates[i - 1] = moved / (times[i] - times[i - 1]) * 1_000;
        }

        return (at, rates);
    }

    /// <summary>Means of as many neighbours each as bring the values down to the number searched.</summary>
    static (long[] Times, double[] Values) Averaged(long[] times, double[] values)
    {
        int each = (values.Length + ValuesMax - 1) / ValuesMax;
        var at = new List<long>();
        var means = new List<double>();
        for (int from = 0; from < values.Length; from += Math.Max(1, each))
        {
            double sum = 0;
            int count = 0;
            for (int i = from; i < Math.Min(values.Length, from + each); i++)
            {
                if (double.IsFinite(values[i]))
                {
                    sum += Math.Clamp(values[i], -1e100, 1e100);
                    count++;
                }
            }

            if (count > 0)
            {
                at.Add(times[from]);
                means.Add(sum / count);
            }
        }

        return ([.. at], [.. means]);
    }
}
