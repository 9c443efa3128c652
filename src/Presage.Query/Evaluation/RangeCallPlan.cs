using Presage.Metrics;
using Presage.Query.Functions;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>Computes all steps of one series; every step's value is written, absent ones included.</summary>
delegate void RangeKernel(in WindowSet windows, Span<double> result);

/// <summary>Looks at a series' labels and the arguments, once per series with a result, and remarks on them.</summary>
delegate void RangeRemark(QueryRun run, LabelSet labels, double[][] arguments);

/// <summary>A function over ranges: <c>rate(x[5m])</c>.</summary>
/// <param name="Kernel">The arithmetic.</param>
/// <param name="KeepsName">Whether the result bears the metric's name (<c>last_over_time</c>).</param>
/// <param name="IgnoresStarts">Whether it is the same where the samples say when their counter began.</param>
sealed record RangeFunction(RangeKernel Kernel, bool KeepsName = false, bool IgnoresStarts = false);

/// <inheritdoc cref="RangeFunction"/>
sealed class RangeCallPlan(
    string name,
    RangeFunction function,
    RangePlan input,
    IReadOnlyList<ScalarPlan> arguments,
    RangeRemark? remark,
    HistogramRange ofHistograms,
    TextSpan at) : VectorPlan
{
    public override bool SharesName => !function.KeepsName || input.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var windows = input.WindowsIn(frame);
        double[][] scalars = [.. arguments.Select(a => a.Evaluate(frame))];
        if (input is RangeSelectorPlan selector)
        {
            var wanted = selector.RangeOf(frame, windows);
            if (Rollups.Choose(
                frame.Run, selector.Selector.Matchers, wanted, windows.RangeMs, selector.Selector.Span) is { } choice)
            {
                return OverRollups(frame, selector, windows, scalars, choice);
            }

            var (all, range) = selector.Select(frame);
            return SeriesScan.Run(frame, all, range, ScanPart.Numbers, (series, worker, values) =>
            {
                selector.Prepare(worker.Columns);
                return One(frame, new StepSeries(series.Labels, values), worker, worker.Columns, windows, scalars);
            });
        }

        return OverSubquery(frame, windows, scalars);
    }

    /// <summary>The same from buckets; a window shorter than a bucket is as long as one.</summary>
    IEnumerable<StepSeries> OverRollups(
        Frame frame, RangeSelectorPlan selector, Windows windows, double[][] scalars, RollupChoice choice)
    {
        var wide = windows with { RangeMs = Math.Max(windows.RangeMs, choice.Tier.StepMs()) };
        var range = selector.RangeOf(frame, wide);
        var (field, kernel) = Rollups.FunctionOf(name, function.Kernel);
        var all = Rollups.Select(frame.Run, selector.Selector.Matchers, range, choice, field);
        return SeriesScan.Run(frame, all, range, ScanPart.Numbers, (series, worker, values) =>
        {
            if (series is not RollupSamples)
            {
                selector.Prepare(worker.Columns);
                return One(frame, new StepSeries(series.Labels, values), worker, worker.Columns, windows, scalars);
            }

            Compute(worker.Columns, wide, frame, worker, scalars, values, kernel);
            if (name == "avg_over_time")
            {
                Divide((RollupSamples)series, range, wide, frame, worker, values);
            }

            return Point.AnyIn(values)
                ? new StepSeries(series.Labels, values, nameDropped: !function.KeepsName)
                : null;
        });
    }

    /// <summary>The mean of a window: the sums of its buckets by their counts.</summary>
    static void Divide(
        RollupSamples series, TimeRange range, Windows windows, Frame frame, SeriesWorker worker, double[] values)
    {
        worker.Columns.Clear();
        series.Read(range, worker.Columns, RollupField.Sum);
        var sums = new WindowSet(worker.Columns, windows, frame, worker.WindowStarts, worker.WindowEnds);
        OverTimeKernels.Sum(sums, values);
        worker.Columns.Clear();
        series.Read(range, worker.Columns, RollupField.Count);
        double[] counts = new double[values.Length];
        OverTimeKernels.Sum(
            new WindowSet(worker.Columns, windows, frame, worker.WindowStarts, worker.WindowEnds), counts);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Point.IsAbsent(values[i]) ? values[i] : values[i] / counts[i];
        }
    }

    IEnumerable<StepSeries> OverSubquery(Frame frame, Windows windows, double[][] scalars)
    {
        var columns = frame.Run.RentColumns();
        var worker = new SeriesWorker(frame.Steps);
        foreach (var series in input.Scan(frame, columns))
        {
            double[] values = frame.Rent();
            var empty = new StepSeries(series.RawLabels, values, series.NameDropped);
            if (One(frame, empty, worker, columns, windows, scalars) is { } result)
            {
                yield return result;
            }
            else
            {
                frame.Return(values);
            }
        }

        frame.Run.Return(columns);
    }

    StepSeries? One(
        Frame frame, in StepSeries series, SeriesWorker worker, SampleColumns columns, Windows windows,
        double[][] scalars)
    {
        double[] values = series.Values;
        bool dropped = series.NameDropped || !function.KeepsName;
        if (columns.HasHistograms
            && Mixed(columns, windows, frame, worker, scalars, values, series.RawLabels) is { } histograms)
        {
            return new StepSeries(series.RawLabels, values, dropped, histograms);
        }

        if (!columns.HasHistograms)
        {
            Compute(columns, windows, frame, worker, scalars, values);
        }

        if (!Point.AnyIn(values))
        {
            return null;
        }

        remark?.Invoke(frame.Run, series.RawLabels, scalars);
        if (columns.HasStarts && name is "rate" or "increase" && StartKernels.Overlaps(columns))
        {
            frame.Run.Warn("sample has start time that overlaps with previous sample timestamp for metric "
                + QuotedText.Quote(series.RawLabels.MetricName), at);
        }

        return new StepSeries(series.RawLabels, values, dropped);
    }

    NativeHistogram?[]? Mixed(
        SampleColumns columns, Windows windows, Frame frame, SeriesWorker worker, double[][] scalars, double[] values,
        LabelSet labels)
    {

        var numbers = frame.Run.RentColumns();
        numbers.Clear();
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns.Histograms[i] is null)
            {
                numbers.Add(columns.TimestampsMs[i], columns.Values[i]);
            }
        }

        Compute(numbers, windows, frame, worker, scalars, values);
        frame.Run.Return(numbers);
        var set = new WindowSet(columns, windows, frame, worker.WindowStarts, worker.WindowEnds);
        return ofHistograms.Compute(frame.Run, labels, set, values);
    }

    void Compute(
        SampleColumns columns, Windows windows, Frame frame, SeriesWorker worker, double[][] scalars, double[] values,
        RangeKernel? kernel = null)
    {
        var set = new WindowSet(columns, windows, frame, worker.WindowStarts, worker.WindowEnds)
        {
            First = scalars.Length > 0 ? scalars[0] : [],
            Second = scalars.Length > 1 ? scalars[1] : [],
        };
        bool usesStarts = columns.HasStarts && !function.IgnoresStarts;
        kernel ??= usesStarts ? StartKernels.Find(name) ?? function.Kernel : function.Kernel;
        kernel(set, values);
    }
}
