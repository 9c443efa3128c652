using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>Binary operators where at least one side may be a native histogram.</summary>
static class HistogramOperators
{
    /// <summary>Applies an operator between a series and a scalar in place.</summary>
    public static void WithScalar(
        QueryRun run, BinaryExpression expression, in StepSeries series, double[] number, bool scalarIsLeft)
    {
        for (int i = 0; i < number.Length; i++)
        {
            if (!series.IsPresent(i))
            {
                continue;
            }

            var histogram = series.Histograms![i];
            var (value, result) = scalarIsLeft
                ? Apply(run, expression, number[i], null, series.Values[i], histogram, keepRight: true)
                : Apply(run, expression, series.Values[i], histogram, number[i], null, keepRight: false);
            series.Values[i] = value;
            series.Histograms[i] = result;
        }
    }

    /// <summary>Takes numbers away that an operator of histograms cannot work with.</summary>
    public static void RefuseFloats(QueryRun run, BinaryExpression expression, double[] values)
    {
        if (Point.AnyIn(values))
        {
            string sign = expression.Operator.Sign();
            HistogramRemarks.IncompatibleTypes(run, "float", sign, "float", expression.Span);
            values.AsSpan().Fill(Point.Absent);
        }
    }

    /// <summary>Applies an operator to the points of one step; an absent value and no histogram is no result.</summary>
    public static (double Value, NativeHistogram? Histogram) Apply(
        QueryRun run,
        BinaryExpression expression,
        double left,
        NativeHistogram? leftHistogram,
        double right,
        NativeHistogram? rightHistogram,
        bool keepRight)
    {
        var op = expression.Operator;
        if (leftHistogram is null && rightHistogram is null && !op.IsTrim())
        {
            Span<double> result = [0];
            Arithmetic.Apply(op, [left], [right], result, expression.ReturnBool, keepRight);
            return (result[0], null);
        }

        var histogram = (leftHistogram, rightHistogram) switch
        {
            (null, { } h) when op == BinaryOperator.Multiply => HistogramArithmetic.Multiply(h, left),
            ({ } h, null) when op == BinaryOperator.Multiply => HistogramArithmetic.Multiply(h, right),
            ({ } h, null) when op == BinaryOperator.Divide => HistogramArithmetic.Divide(h, right),
            ({ } h, null) when op.IsTrim() => HistogramTrim.Apply(h, right, op == BinaryOperator.TrimUpper),
            ({ } a, { } b) when op is BinaryOperator.Add or BinaryOperator.Subtract => Join(run, expression, a, b),
            _ => null,
        };
        if (histogram is not null)
        {
            return (Point.Absent, histogram);
        }

        if (leftHistogram is { } l && rightHistogram is { } r && op is BinaryOperator.Equal or BinaryOperator.NotEqual)
        {
            bool holds = l.SameAs(r) == (op == BinaryOperator.Equal);
            return expression.ReturnBool ? (holds ? 1 : 0, null) : (Point.Absent, holds ? l : null);
        }

        bool joined = leftHistogram is not null && rightHistogram is not null
            && op is BinaryOperator.Add or BinaryOperator.Subtract;
        if (!joined)
        {
            HistogramRemarks.IncompatibleTypes(
                run, NameOf(leftHistogram), op.Sign(), NameOf(rightHistogram), expression.Span);
        }

        return (Point.Absent, null);
    }

    static NativeHistogram? Join(
        QueryRun run, BinaryExpression expression, NativeHistogram left, NativeHistogram right)
    {
        bool subtract = expression.Operator == BinaryOperator.Subtract;
        var sum = new HistogramSum(left);
        if (!sum.Add(right, subtract ? -1 : 1))
        {
            HistogramRemarks.IncompatibleLayouts(run, expression.Operator.Sign(), expression.Span);
            return null;
        }

        string operation = subtract ? "subtraction" : "addition";
        if (sum.HintsCollided)
        {
            HistogramRemarks.HintsCollided(run, operation, expression.Span);
        }

        if (sum.BoundsReconciled)
        {
            HistogramRemarks.BoundsReconciled(run, operation, expression.Span);
        }

        var result = sum.ToHistogram();
        return subtract ? result with { Hint = CounterResetHint.Gauge } : result;
    }

    static string NameOf(NativeHistogram? histogram) => histogram is null ? "float" : "histogram";
}
