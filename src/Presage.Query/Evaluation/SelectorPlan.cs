// Hot path: per sample, one comparison of two pointers; no allocation but the column that is yielded.
using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// An instant selector: at each step the newest sample of the lookback window, unless that is a staleness marker.
/// </summary>
sealed class SelectorPlan(VectorSelector selector, bool ofTimestamps) : VectorPlan
{
    public override bool SharesName { get; } = selector.Matchers.Any(
        m => m.Name == LabelNames.MetricName && m.Operator == MatchOperator.Equal);

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var run = frame.Run;
        var (first, step) = Shift.Of(selector.Shift, frame);
        long last = first + (step * (frame.Steps - 1));
        var range = new TimeRange(first - run.LookbackMs + 1, last);
        var columns = run.RentColumns();
        foreach (var series in run.Source.Select(selector.Matchers, range))
        {
            run.Read(series, range, columns, keepStale: true);
            double[] values = frame.Rent();
            if (Fill(columns, first, step, run.LookbackMs, values))
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

    bool Fill(SampleColumns columns, long first, long step, long lookback, Span<double> result)
    {
        var times = columns.TimestampsMs;
        var samples = columns.Values;
        int next = 0;
        bool any = false;
        for (int i = 0; i < result.Length; i++)
        {
            long now = first + (i * step);
            while (next < times.Length && times[next] <= now)
            {
                next++;
            }

            int at = next - 1;
            if (at < 0 || times[at] <= now - lookback || SampleValue.IsStale(samples[at]))
            {
                result[i] = Point.Absent;
                continue;
            }

            result[i] = ofTimestamps ? times[at] / 1000.0 : samples[at];
            any = true;
        }

        return any;
    }
}
