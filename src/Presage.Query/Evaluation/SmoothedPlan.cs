using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>An instant selector under <c>smoothed</c>: at each step the value between the samples around it.</summary>
sealed class SmoothedPlan(VectorSelector selector, SeriesOrder order) : VectorPlan
{
    public override bool SharesName { get; } = selector.Matchers.Any(
        m => m.Name == LabelNames.MetricName && m.Operator == MatchOperator.Equal);

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var run = frame.Run;
        var (first, step) = Shift.Of(selector.Shift, frame);
        long last = first + (step * (frame.Steps - 1));
        var range = new TimeRange(first - run.LookbackMs + 1, last + run.LookbackMs);
        var columns = run.RentColumns();
        foreach (var series in run.Select(selector.Matchers, range, order))
        {
            run.Read(series, range, columns, keepStale: false);
            double[] values = frame.Rent();
            if (columns.HasHistograms)
            {
                yield return Mixed(columns, series.Labels, frame, values);
                continue;
            }

            for (int i = 0; i < values.Length; i++)
            {
                values[i] = ValueAt(columns, first + (i * step), run.LookbackMs);
            }

            if (Point.AnyIn(values))
            {
                yield return new StepSeries(series.Labels, values);
            }
            else
            {
                frame.Return(values);
            }
        }

        run.Return(columns);
    }

    StepSeries Mixed(SampleColumns columns, LabelSet labels, Frame frame, double[] values)
    {
        var run = frame.Run;
        var (first, step) = Shift.Of(selector.Shift, frame);
        var histograms = new NativeHistogram?[values.Length];
        var rates = new HistogramRates(run, labels.MetricName, selector.Span, counter: true);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = MixedAt(columns, first + (i * step), run, labels, rates, out histograms[i]);
        }

        return new StepSeries(labels, values, histograms: histograms);
    }

    double MixedAt(
        SampleColumns columns, long now, QueryRun run, LabelSet labels, HistogramRates rates,
        out NativeHistogram? histogram)
    {
        var times = columns.TimestampsMs;
        int found = times.BinarySearch(now), after = found < 0 ? ~found : found, before = found < 0 ? after - 1 : after;
        histogram = null;
        if (before < 0 || times[before] <= now - run.LookbackMs)
        {
            return Point.Absent;
        }

        bool alone = before == after || after == times.Length || times[after] > now + run.LookbackMs;
        histogram = columns.Histograms[before];
        var next = alone ? histogram : columns.Histograms[after];
        if (histogram is null && next is null)
        {
            return ValueAt(columns, now, run.LookbackMs);
        }

        if (histogram is null || next is null)
        {
            HistogramRemarks.MixedWithFloats(run, labels.MetricName, selector.Span);
            histogram = null;
        }
        else if (!alone)
        {
            histogram = rates.Between(
                new HistogramSample(times[before], histogram), new HistogramSample(times[after], next), now);
        }

        return Point.Absent;
    }

    static double ValueAt(SampleColumns columns, long now, long lookback)
    {
        var times = columns.TimestampsMs;
        int found = times.BinarySearch(now);
        if (found >= 0)
        {
            return columns.Values[found];
        }

        int after = ~found, before = after - 1;
        if (before < 0 || times[before] <= now - lookback)
        {
            return Point.Absent;
        }

        double value = columns.Values[before];
        return after == times.Length || times[after] > now + lookback
            ? value
            : value + ((columns.Values[after] - value) * (now - times[before]) / (times[after] - times[before]));
    }
}
