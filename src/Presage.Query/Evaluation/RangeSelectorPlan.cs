using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>A range selector over stored series.</summary>
sealed class RangeSelectorPlan(RangeSelector selector, bool forStatistics = false) : RangePlan
{
    public override bool SharesName { get; } = selector.Vector.Matchers.Any(
        m => m.Name == LabelNames.MetricName && m.Operator == MatchOperator.Equal);

    /// <summary>Anchored and smoothed windows need the samples around them as well.</summary>
    public RangeBorder Border => selector.Vector.Border;

    public override Windows WindowsIn(Frame frame)
    {
        var (first, step) = Shift.Of(selector.Vector.Shift, frame);
        long range = frame.Run.Milliseconds(selector.Range);
        return range > 0
            ? new Windows(first, step, range)
            : throw new PromQlExecutionException("duration must be greater than 0");
    }

    public override IEnumerable<StepSeries> Scan(Frame frame, SampleColumns columns)
    {
        var run = frame.Run;
        var windows = WindowsIn(frame);
        long before = Border == RangeBorder.Plain ? 0 : run.LookbackMs;
        long after = Border == RangeBorder.Smoothed ? run.LookbackMs : 0;
        var range = new TimeRange(
            windows.FirstEndMs - windows.RangeMs - before + 1,
            windows.FirstEndMs + (windows.StepMs * (frame.Steps - 1)) + after);
        foreach (var series in run.Source.Select(selector.Vector.Matchers, range))
        {
            run.Read(series, range, columns, keepStale: false);
            if (columns.Count > 0)
            {
                if (forStatistics && columns.HasHistograms)
                {
                    HistogramHints.Complete(columns);
                }

                yield return new StepSeries(series.Labels, []);
            }
        }
    }
}
