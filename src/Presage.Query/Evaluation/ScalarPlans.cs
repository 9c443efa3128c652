using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>A number, or what the planner folded into one.</summary>
sealed class ConstantPlan(double value) : ScalarPlan
{
    public double Value { get; } = value;

    public override double[] Evaluate(Frame frame)
    {
        double[] values = frame.Rent();
        values.AsSpan().Fill(Value);
        return values;
    }
}

/// <summary>A scalar that only the query's own times decide: <c>start()</c>, <c>step()</c> …</summary>
sealed class RunScalarPlan(Func<QueryRun, double> value) : ScalarPlan
{
    public override double[] Evaluate(Frame frame)
    {
        double[] values = frame.Rent();
        values.AsSpan().Fill(value(frame.Run));
        return values;
    }
}

/// <summary><c>time()</c>.</summary>
sealed class TimePlan : ScalarPlan
{
    public override double[] Evaluate(Frame frame)
    {
        double[] values = frame.Rent();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = frame.TimeMs(i) / 1000.0;
        }

        return values;
    }
}

/// <summary>
/// <c>scalar(v)</c>: the value of the only series at a step, NaN where there is none or more than one.
/// </summary>
sealed class OnlyValuePlan(VectorPlan vector) : ScalarPlan
{
    public override double[] Evaluate(Frame frame)
    {
        double[] result = frame.RentAbsent();
        bool[] several = new bool[frame.Steps];
        foreach (var series in vector.Evaluate(frame))
        {
            for (int i = 0; i < result.Length; i++)
            {
                if (!Point.IsAbsent(series.Values[i]))
                {
                    several[i] |= !Point.IsAbsent(result[i]);
                    result[i] = series.Values[i];
                }
            }

            frame.Return(series.Values);
        }

        for (int i = 0; i < result.Length; i++)
        {
            result[i] = several[i] || Point.IsAbsent(result[i]) ? double.NaN : result[i];
        }

        return result;
    }
}

/// <summary>A binary operator, or a function of two numbers, between scalars.</summary>
sealed class ScalarBinaryPlan(BinaryOperator op, ScalarPlan left, ScalarPlan right) : ScalarPlan
{
    public override double[] Evaluate(Frame frame)
    {
        double[] a = left.Evaluate(frame), b = right.Evaluate(frame);
        Arithmetic.Apply(op, a, b, a, returnBool: true, keepRight: false);
        frame.Return(b);
        return a;
    }
}

/// <summary>A function of one or two scalars, value by value.</summary>
sealed class ScalarMapPlan(Func<double, double, double> map, ScalarPlan first, ScalarPlan? second) : ScalarPlan
{
    public override double[] Evaluate(Frame frame)
    {
        double[] a = first.Evaluate(frame), b = second?.Evaluate(frame) ?? a;
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = map(a[i], b[i]);
        }

        if (!ReferenceEquals(a, b))
        {
            frame.Return(b);
        }

        return a;
    }
}
