using Presage.Metrics;
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
sealed record RangeFunction(RangeKernel Kernel, bool KeepsName = false);

/// <inheritdoc cref="RangeFunction"/>
sealed class RangeCallPlan(
    RangeFunction function,
    RangePlan input,
    IReadOnlyList<ScalarPlan> arguments,
    RangeRemark? remark,
    HistogramRange ofHistograms) : VectorPlan
{
    public override bool SharesName => !function.KeepsName || input.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var run = frame.Run;
        var windows = input.WindowsIn(frame);
        double[][] scalars = [.. arguments.Select(a => a.Evaluate(frame))];
        var columns = run.RentColumns();
        foreach (var series in input.Scan(frame, columns))
        {
            double[] values = frame.Rent();
            var histograms = Compute(columns, windows, frame, scalars, values, series.RawLabels);
            if (histograms is not null)
            {
                yield return new StepSeries(
                    series.RawLabels, values, series.NameDropped || !function.KeepsName, histograms);
                continue;
            }

            if (!Point.AnyIn(values))
            {
                frame.Return(values);
                continue;
            }

            remark?.Invoke(run, series.RawLabels, scalars);
            yield return new StepSeries(series.RawLabels, values, series.NameDropped || !function.KeepsName);
        }

        run.Return(columns);
    }

    NativeHistogram?[]? Compute(
        SampleColumns columns, Windows windows, Frame frame, double[][] scalars, double[] values, LabelSet labels)
    {
        if (!columns.HasHistograms)
        {
            Compute(columns, windows, frame, scalars, values);
            return null;
        }

        var numbers = frame.Run.RentColumns();
        numbers.Clear();
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns.Histograms[i] is null)
            {
                numbers.Add(columns.TimestampsMs[i], columns.Values[i]);
            }
        }

        Compute(numbers, windows, frame, scalars, values);
        frame.Run.Return(numbers);
        return ofHistograms.Compute(frame, labels, columns, windows, values);
    }

    void Compute(SampleColumns columns, Windows windows, Frame frame, double[][] scalars, double[] values)
    {
        var set = new WindowSet(columns, windows, frame)
        {
            First = scalars.Length > 0 ? scalars[0] : [],
            Second = scalars.Length > 1 ? scalars[1] : [],
        };
        function.Kernel(set, values);
    }
}
