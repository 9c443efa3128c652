using Presage.Metrics;
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
        foreach (var series in input.Evaluate(frame))
        {
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

/// <summary>A vector and a scalar under an operator.</summary>
sealed class VectorScalarPlan(
    BinaryOperator op, VectorPlan vector, ScalarPlan scalar, bool scalarIsLeft, bool returnBool) : VectorPlan
{
    readonly bool _dropsName = !op.IsComparison() || returnBool;

    public override bool SharesName => _dropsName || vector.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[] number = scalar.Evaluate(frame);
        foreach (var series in vector.Evaluate(frame))
        {
            double[] values = series.Values;
            Arithmetic.Apply(
                op, scalarIsLeft ? number : values, scalarIsLeft ? values : number, values, returnBool, scalarIsLeft);
            if (Point.AnyIn(values))
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
            yield return new StepSeries(series.RawLabels, values, series.NameDropped);
        }
    }
}
