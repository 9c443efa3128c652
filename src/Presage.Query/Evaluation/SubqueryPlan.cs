using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>An expression evaluated at steps of its own, which are multiples of its step since 1970.</summary>
sealed class SubqueryPlan(SubqueryExpression subquery, VectorPlan inner) : RangePlan
{
    public override bool SharesName => inner.SharesName;

    public override Windows WindowsIn(Frame frame)
    {
        var (first, step) = Shift.Of(subquery.Shift, frame);
        long range = frame.Run.Milliseconds(subquery.Range);
        return range > 0
            ? new Windows(first, step, range)
            : throw new PromQlExecutionException("duration must be greater than 0");
    }

    public override IEnumerable<StepSeries> Scan(Frame frame, SampleColumns columns)
    {
        var run = frame.Run;
        var windows = WindowsIn(frame);
        long step = subquery.Step is null ? run.SubqueryStepMs : run.Milliseconds(subquery.Step);
        if (step <= 0)
        {
            throw new PromQlExecutionException("zero or negative subquery resolution step widths are not accepted");
        }

        long before = windows.FirstEndMs - windows.RangeMs;
        long start = step * (before / step);
        start += start <= before ? step : 0;
        long end = windows.FirstEndMs + (windows.StepMs * (frame.Steps - 1));
        if (start > end)
        {
            yield break;
        }

        long steps = ((end - start) / step) + 1;
        if (steps > int.MaxValue / 16)
        {
            throw run.TooManySamples();
        }

        var own = new Frame(run, start, step, (int)steps);
        foreach (var series in inner.Evaluate(own))
        {
            columns.Clear();
            for (int i = 0; i < own.Steps; i++)
            {
                if (series.Histograms?[i] is { } histogram)
                {
                    columns.AddHistogram(own.TimeMs(i), HistogramHints.Forget(histogram));
                }
                else if (!Point.IsAbsent(series.Values[i]))
                {
                    columns.Add(own.TimeMs(i), series.Values[i]);
                }
            }

            own.Return(series.Values);
            if (columns.Count > 0)
            {
                yield return new StepSeries(series.RawLabels, [], series.NameDropped);
            }
        }

        own.ReleaseAll();
    }
}
