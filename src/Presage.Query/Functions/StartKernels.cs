using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>
/// <c>rate</c>, <c>increase</c>, <c>irate</c> and <c>resets</c> of counters that tell since when they count: a sample
/// that counts since a time after the one before is a reset whatever the values say, and where the first sample began
/// inside the window, the counter was zero then, and nothing is extrapolated.
/// </summary>
static class StartKernels
{
    public static RangeKernel? Find(string function) => function switch
    {
        "rate" => static (in WindowSet w, Span<double> result) => Extrapolate(w, result, w.RangeMs / 1000.0),
        "increase" => static (in WindowSet w, Span<double> result) => Extrapolate(w, result, 1),
        "irate" => InstantRate,
        "resets" => Resets,
        _ => null,
    };

    /// <summary>
    /// Whether a sample says it counts from before the one before it, which had begun at another time.
    /// </summary>
    public static bool Overlaps(SampleColumns columns)
    {
        var starts = columns.StartsMs;
        for (int i = 1; i < starts.Length; i++)
        {
            if (starts[i] != 0 && starts[i] < columns.TimestampsMs[i - 1] && starts[i] != starts[i - 1])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether the count began anew. Since the very time of the sample before is what a delta says, and a cumulative
    /// count of unknown begin; that one's sample before had no begin before itself.
    /// </summary>
    static bool IsReset(in WindowSet w, int i)
    {
        long start = w.StartsMs[i], before = w.TimestampsMs[i - 1], startBefore = w.StartsMs[i - 1];
        return w.Values[i] < w.Values[i - 1]
            || (start > before && start < w.TimestampsMs[i])
            || (start != 0 && start == before && startBefore != 0 && startBefore < before);
    }

    static void Extrapolate(in WindowSet w, Span<double> result, double seconds)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int first = w.Starts[i], last = w.Ends[i] - 1;
            long windowFrom = w.EndMs(i) - w.RangeMs;
            bool fromZero = last >= first && w.StartsMs[first] > windowFrom
                && w.StartsMs[first] != 0 && w.StartsMs[first] < w.TimestampsMs[first];
            if (last < first || (last == first && !fromZero))
            {
                result[i] = Point.Absent;
                continue;
            }

            double change = w.Values[last] - (fromZero ? 0 : w.Values[first]);
            for (int at = first + 1; at <= last; at++)
            {
                change += IsReset(w, at) ? w.Values[at - 1] : 0;
            }

            double distance = last == first ? 0
                : (w.TimestampsMs[last] - w.TimestampsMs[first]) / 1000.0 / (last - first);
            double sampled =
                (w.TimestampsMs[last] - (fromZero ? w.StartsMs[first] : w.TimestampsMs[first])) / 1000.0;
            double toStart = fromZero ? 0 : (w.TimestampsMs[first] - windowFrom) / 1000.0;
            double toEnd = (w.EndMs(i) - w.TimestampsMs[last]) / 1000.0;
            toStart = toStart >= distance * 1.1 ? distance / 2 : toStart;
            toEnd = toEnd >= distance * 1.1 ? distance / 2 : toEnd;
            if (!fromZero && change > 0 && w.Values[first] >= 0)
            {
                toStart = Math.Min(toStart, sampled * (w.Values[first] / change));
            }

            toStart = fromZero ? 0 : toStart;
            result[i] = change * ((sampled + toStart + toEnd) / sampled) / seconds;
        }
    }

    static void InstantRate(in WindowSet w, Span<double> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int last = w.Ends[i] - 1;
            if (last <= w.Starts[i])
            {
                result[i] = Point.Absent;
                continue;
            }

            double change = IsReset(w, last) ? w.Values[last] : w.Values[last] - w.Values[last - 1];
            result[i] = change / ((w.TimestampsMs[last] - w.TimestampsMs[last - 1]) / 1000.0);
        }
    }

    static void Resets(in WindowSet w, Span<double> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int resets = 0;
            for (int at = w.Starts[i] + 1; at < w.Ends[i]; at++)
            {
                resets += IsReset(w, at) ? 1 : 0;
            }

            result[i] = w.Ends[i] > w.Starts[i] ? resets : Point.Absent;
        }
    }
}
