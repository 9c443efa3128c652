using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>
/// A range function over a series that has native histograms, alone or among numbers. What the numbers of each window
/// give is computed by the function's own kernel; here windows with histograms get theirs.
/// </summary>
sealed class HistogramRange(CallExpression call, RangeBorder border, TextSpan at)
{
    readonly string _name = call.Function.Name;

    /// <summary>Computes all steps; values come in with what the numbers of the windows gave.</summary>
    /// <returns>The histograms per step; null when the result has only numbers.</returns>
    public NativeHistogram?[]? Compute(QueryRun run, LabelSet labels, in WindowSet set, double[] values)
    {
        string metric = labels.MetricName;
        var samples = set.Histograms;
        var result = new NativeHistogram?[values.Length];
        var inside = new List<HistogramSample>();
        for (int i = 0; i < values.Length; i++)
        {
            inside.Clear();
            int start = set.Starts[i], end = set.Ends[i], floats = 0;
            if (border != RangeBorder.Plain)
            {
                (start, end) = Extended(set, i);
            }

            for (int k = start; k < end; k++)
            {
                if (samples[k] is { } histogram)
                {
                    inside.Add(new HistogramSample(set.TimestampsMs[k], histogram));
                }
                else
                {
                    floats++;
                }
            }

            if (inside.Count > 0)
            {
                values[i] = One(run, metric, set, i, inside, floats, values[i], out result[i]);
            }
        }

        return Array.Exists(result, static h => h is not null) ? result : null;
    }

    double One(
        QueryRun run,
        string metric,
        in WindowSet set,
        int step,
        List<HistogramSample> inside,
        int floats,
        double value,
        out NativeHistogram? histogram)
    {
        histogram = null;
        switch (_name)
        {
            case "rate" or "increase" or "delta" or "sum_over_time" or "avg_over_time" when floats > 0:
                HistogramRemarks.MixedWithFloats(run, metric, at);
                return Point.Absent;
            case "rate" or "increase" or "delta":
                var rates = new HistogramRates(run, metric, at, counter: _name != "delta");
                histogram = border == RangeBorder.Plain
                    ? rates.Extrapolated(inside, set.EndMs(step), set.RangeMs, perSecond: _name == "rate")
                    : rates.Extended(
                        inside, set.EndMs(step), set.RangeMs, border == RangeBorder.Smoothed, _name == "rate");
                return Point.Absent;
            case "sum_over_time" or "avg_over_time":
                var mean = new HistogramMean(_name == "avg_over_time");
                inside.ForEach(sample => mean.Add(sample.Histogram));
                histogram = mean.Finish(run, metric, at);
                return Point.Absent;
            case "count_over_time":
                return inside.Count + floats;
            case "present_over_time" or "absent_over_time":
                return 1;
            case "first_over_time" or "last_over_time":
                int chosen = _name == "first_over_time" ? set.Starts[step] : set.Ends[step] - 1;
                histogram = set.Histograms[chosen];
                return histogram is null ? set.Values[chosen] : Point.Absent;
            case "ts_of_first_over_time":
                return set.TimestampsMs[set.Starts[step]] / 1000.0;
            case "ts_of_last_over_time":
                return set.TimestampsMs[set.Ends[step] - 1] / 1000.0;
            case "changes" or "resets":
                return CountPairs(set, step);
            case "irate" or "idelta":
                return LastTwo(run, metric, set, step, out histogram);
            default:
                if (floats > 0)
                {
                    HistogramRemarks.IgnoredInRange(run, metric, at);
                }

                return value;
        }
    }

    double CountPairs(in WindowSet set, int step)
    {
        int start = set.Starts[step], end = set.Ends[step], count = 0;
        if (border == RangeBorder.Anchored)
        {
            (start, end) = Extended(set, step);
            if (end <= set.Starts[step])
            {
                return Point.Absent;
            }
        }

        for (int i = start + 1; i < end; i++)
        {
            var (before, now) = (set.Histograms[i - 1], set.Histograms[i]);
            double valueBefore = set.Values[i - 1], value = set.Values[i];
            bool counts = (before, now) switch
            {
                (null, null) when _name == "resets" => value < valueBefore,
                (null, null) => value != valueBefore && !(double.IsNaN(value) && double.IsNaN(valueBefore)),
                ({ } b, { } n) when _name == "resets" => HistogramResets.IsReset(b, n),
                ({ } b, { } n) => !n.SameAs(b),
                _ => true,
            };
            count += counts ? 1 : 0;
        }

        return count;
    }

    double LastTwo(QueryRun run, string metric, in WindowSet set, int step, out NativeHistogram? histogram)
    {
        histogram = null;
        int last = set.Ends[step] - 1;
        if (last <= set.Starts[step])
        {
            return Point.Absent;
        }

        double seconds = (set.TimestampsMs[last] - set.TimestampsMs[last - 1]) / 1000.0;
        var (before, now) = (set.Histograms[last - 1], set.Histograms[last]);
        if (before is not null && now is not null)
        {
            var rates = new HistogramRates(run, metric, at, counter: _name == "irate");
            histogram = rates.LastChange(before, now);
            histogram = histogram is { } h && _name == "irate" ? HistogramArithmetic.Divide(h, seconds) : histogram;
            return Point.Absent;
        }

        if (before is not null || now is not null)
        {
            HistogramRemarks.MixedWithFloats(run, metric, at);
            return Point.Absent;
        }

        double a = set.Values[last - 1], b = set.Values[last];
        return _name == "idelta" ? b - a : (b < a ? b : b - a) / seconds;
    }

    /// <summary>
    /// The samples a window with borders made up works on: from the last before it, when smoothed up to the first
    /// behind it.
    /// </summary>
    (int Start, int End) Extended(in WindowSet set, int step)
    {
        int start = set.Starts[step], end = set.Ends[step];
        if (start > 0 && set.TimestampsMs[start - 1] > set.EndMs(step) - set.RangeMs - set.LookbackMs
            && !(start < end && set.TimestampsMs[start] == set.EndMs(step) - set.RangeMs))
        {
            start--;
        }

        bool exact = end > 0 && set.TimestampsMs[end - 1] == set.EndMs(step);
        if (border == RangeBorder.Smoothed && !exact && end < set.TimestampsMs.Length
            && set.TimestampsMs[end] <= set.EndMs(step) + set.LookbackMs)
        {
            end++;
        }

        return (start, end);
    }
}
