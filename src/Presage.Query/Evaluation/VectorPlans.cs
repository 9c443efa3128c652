using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary><c>vector(s)</c>: one series without labels.</summary>
sealed class ScalarVectorPlan(ScalarPlan scalar) : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame) =>
        [new StepSeries(LabelSet.Empty, scalar.Evaluate(frame))];
}

/// <summary>A function of each value and up to two scalars: <c>abs(v)</c>, <c>clamp(v, 0, 1)</c>.</summary>
sealed class MapPlan(
    VectorPlan input, Func<double, double, double, double> map, IReadOnlyList<ScalarPlan> arguments) : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[][] scalars = [.. arguments.Select(a => a.Evaluate(frame))];
        foreach (var mixed in input.Evaluate(frame))
        {
            var series = mixed.NumbersOnly();
            double[] values = series.Values;
            double[] first = scalars.Length > 0 ? scalars[0] : values, second = scalars.Length > 1 ? scalars[1]
                : values;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Point.IsAbsent(values[i]) ? values[i] : map(values[i], first[i], second[i]);
            }

            if (Point.AnyIn(values))
            {
                yield return series.DropName();
            }
            else
            {
                frame.Return(values);
            }
        }
    }
}

/// <summary><c>timestamp(v)</c> of what is computed: the time of each step at which there is a point.</summary>
sealed class StepTimePlan(VectorPlan input) : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        foreach (var series in input.Evaluate(frame))
        {
            for (int i = 0; i < series.Values.Length; i++)
            {
                series.Values[i] = series.IsPresent(i) ? frame.TimeMs(i) / 1000.0 : Point.Absent;
            }

            yield return series.NumbersOnly().DropName();
        }
    }
}

/// <summary><c>-v</c>: numbers and histograms with the other sign.</summary>
sealed class NegatePlan(VectorPlan input) : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        foreach (var series in input.Evaluate(frame))
        {
            double[] values = series.Values;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = Point.IsAbsent(values[i]) ? values[i] : -values[i];
                if (series.Histograms?[i] is { } histogram)
                {
                    series.Histograms[i] = HistogramArithmetic.Multiply(histogram, -1);
                }
            }

            yield return series.DropName();
        }
    }
}

/// <summary>A vector and a scalar under an operator.</summary>
sealed class VectorScalarPlan(BinaryExpression expression, VectorPlan vector, ScalarPlan scalar, bool scalarIsLeft)
    : VectorPlan
{
    readonly BinaryOperator _op = expression.Operator;
    readonly bool _dropsName = !expression.Operator.KeepsName() || expression.ReturnBool;

    public override bool SharesName => _dropsName || vector.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[] number = scalar.Evaluate(frame);
        foreach (var series in vector.Evaluate(frame))
        {
            double[] values = series.Values;
            if (series.Histograms is not null)
            {
                HistogramOperators.WithScalar(frame.Run, expression, series, number, scalarIsLeft);
            }
            else if (_op.IsTrim())
            {
                HistogramOperators.RefuseFloats(frame.Run, expression, values);
            }
            else
            {
                Arithmetic.Apply(
                    _op, scalarIsLeft ? number : values, scalarIsLeft ? values : number, values,
                    expression.ReturnBool, scalarIsLeft);
            }

            if (series.HasAny)
            {
                yield return _dropsName ? series.DropName() : series;
            }
            else
            {
                frame.Return(values);
            }
        }

        frame.Return(number);
    }
}

/// <summary>
/// An expression that gives the same at every step (all its selectors are pinned by <c>@</c>): evaluated once.
/// </summary>
sealed class InvariantPlan(VectorPlan inner) : VectorPlan
{
    public override bool SharesName => inner.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        if (frame.Steps == 1)
        {
            return inner.Evaluate(frame);
        }

        return Broadcast(frame);
    }

    IEnumerable<StepSeries> Broadcast(Frame frame)
    {
        var once = new Frame(frame.Run, frame.StartMs, 1, 1);
        foreach (var series in inner.Evaluate(once))
        {
            double[] values = frame.Rent();
            values.AsSpan().Fill(series.Values[0]);
            once.Return(series.Values);
            NativeHistogram?[]? histograms = null;
            if (series.Histograms?[0] is { } histogram)
            {
                histograms = new NativeHistogram?[values.Length];
                Array.Fill(histograms, histogram);
            }

            yield return new StepSeries(series.RawLabels, values, series.NameDropped, histograms);
        }
    }
}
