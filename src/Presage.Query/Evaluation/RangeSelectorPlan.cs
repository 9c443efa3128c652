using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>A range selector over stored series.</summary>
sealed class RangeSelectorPlan(RangeSelector selector, SeriesOrder order, bool forStatistics = false) : RangePlan
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

    public VectorSelector Selector => selector.Vector;

    /// <summary>The series to read, and the time to read of each.</summary>
    public (IReadOnlyList<ISampleSeries> Series, TimeRange Range) Select(Frame frame)
    {
        var range = RangeOf(frame, WindowsIn(frame));
        return (frame.Run.Select(selector.Vector.Matchers, range, order), range);
    }

    /// <summary>The time that the windows of all steps take up.</summary>
    public TimeRange RangeOf(Frame frame, Windows windows)
    {
        var run = frame.Run;
        long before = Border == RangeBorder.Plain ? 0 : run.LookbackMs;
        long after = Border == RangeBorder.Smoothed ? run.LookbackMs : 0;
        return new TimeRange(
            windows.FirstEndMs - windows.RangeMs - before + 1,
            windows.FirstEndMs + (windows.StepMs * (frame.Steps - 1)) + after);
    }

    public override IEnumerable<StepSeries> Scan(Frame frame, SampleColumns columns)
    {
        var run = frame.Run;
        var (all, range) = Select(frame);
        foreach (var series in all)
        {
            run.Read(series, range, columns, keepStale: false);
            if (columns.Count > 0)
            {
                Prepare(columns);
                yield return new StepSeries(series.Labels, []);
            }
        }
    }

    /// <summary>Finds counter resets of histograms where only their statistics are asked for.</summary>
    public void Prepare(SampleColumns columns)
    {
        if (forStatistics && columns.HasHistograms)
        {
            HistogramHints.Complete(columns);
        }
    }
}
