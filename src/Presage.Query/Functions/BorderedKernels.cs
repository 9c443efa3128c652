using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>
/// Range functions under <c>anchored</c> and <c>smoothed</c> (Prometheus proposal 52). Anchored windows begin with
/// the last
/// sample before them; smoothed ones have both borders interpolated. Nothing is extrapolated.
/// </summary>
static class BorderedKernels
{
    const string Anchorable = "changes, delta, increase, rate, resets";
    const string Smoothable = "delta, increase, rate";

    /// <exception cref="PromQlExecutionException">The function knows no such borders.</exception>
    public static RangeKernel Find(string name, RangeBorder border)
    {
        bool smoothed = border == RangeBorder.Smoothed;
        return name switch
        {
            "rate" => (in WindowSet w, Span<double> r) => Extend(w, r, smoothed, counter: true, perSecond: true),
            "increase" => (in WindowSet w, Span<double> r) => Extend(w, r, smoothed, counter: true, perSecond: false),
            "delta" => (in WindowSet w, Span<double> r) => Extend(w, r, smoothed, counter: false, perSecond: false),
            "changes" when !smoothed => (in WindowSet w, Span<double> r) => CountPairs(w, r, static (a, b) =>
                a != b && !(double.IsNaN(a) && double.IsNaN(b))),
            "resets" when !smoothed => (in WindowSet w, Span<double> r) => CountPairs(w, r, static (a, b) => b < a),
            _ => throw new PromQlExecutionException($"{(smoothed ? "smoothed" : "anchored")} modifier can only be used "
                + $"with: {(smoothed ? Smoothable : Anchorable)} - not with {name}"),
        };
    }

    static void Extend(in WindowSet w, Span<double> result, bool smoothed, bool counter, bool perSecond)
    {
        var times = w.TimestampsMs;
        for (int i = 0; i < result.Length; i++)
        {
            long end = w.EndMs(i), start = end - w.RangeMs;
            int first = FirstOf(w, i), last = smoothed ? LastOf(w, i, end) : w.Ends[i] - 1;
            if (last < first || first >= times.Length || times[last] <= start || times[first] > end)
            {
                result[i] = Point.Absent;
                continue;
            }

            double left = smoothed && times[first] < start ? Between(w, first, start, counter) : w.Values[first];
            double right = smoothed && last > first && times[last] > end
                ? Between(w, last - 1, end, counter)
                : w.Values[last];
            double change = right - left;
            if (counter)
            {
                int from = times[first] <= start ? first + 1 : first, to = times[last] >= end ? last - 1 : last;
                change += Lost(w.Values, from, to, left, right);
            }

            result[i] = perSecond ? change / (w.RangeMs / 1000.0) : change;
        }
    }

    /// <summary>
    /// The last sample at or before the window's start, when it is recent enough, else the first inside.
    /// </summary>
    static int FirstOf(in WindowSet w, int step)
    {
        int before = w.Starts[step] - 1;
        return before >= 0 && w.TimestampsMs[before] > w.EndMs(step) - w.RangeMs - w.LookbackMs ? before : before + 1;
    }

    /// <summary>The first sample at or after the window's end, when it is near enough, else the last inside.</summary>
    static int LastOf(in WindowSet w, int step, long end)
    {
        int after = w.Ends[step];
        bool exact = after > 0 && w.TimestampsMs[after - 1] == end;
        return !exact && after < w.TimestampsMs.Length && w.TimestampsMs[after] <= end + w.LookbackMs ? after
            : after - 1;
    }

    /// <summary>The value at a time between a sample and the next; a counter that was reset grows from 0.</summary>
    static double Between(in WindowSet w, int at, long timeMs, bool counter)
    {
        double before = w.Values[at], after = w.Values[at + 1];
        before = counter && after < before ? 0 : before;
        double share = (double)(timeMs - w.TimestampsMs[at]) / (w.TimestampsMs[at + 1] - w.TimestampsMs[at]);
        return before + ((after - before) * share);
    }

    static double Lost(ReadOnlySpan<double> values, int from, int to, double left, double right)
    {
        double lost = 0, before = left;
        for (int i = from; i <= to; i++)
        {
            lost += values[i] < before ? before : 0;
            before = values[i];
        }

        return lost + (right < before ? before : 0);
    }

    static void CountPairs(in WindowSet w, Span<double> result, Func<double, double, bool> counts)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int first = FirstOf(w, i), end = w.Ends[i];
            if (end <= w.Starts[i])
            {
                result[i] = Point.Absent;
                continue;
            }

            result[i] = 0;
            for (int k = first + 1; k < end; k++)
            {
                result[i] += counts(w.Values[k - 1], w.Values[k]) ? 1 : 0;
            }
        }
    }
}
