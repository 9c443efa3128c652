namespace Presage.Query.Parsing;

/// <summary>
/// A duration: a literal, or (experimental) arithmetic over literals and the query's own step and range. Values are
/// seconds.
/// </summary>
abstract class DurationNode(TextSpan span)
{
    public TextSpan Span { get; } = span;

    /// <summary>Seconds, given the step and the range (end - start) of the query in seconds.</summary>
    public abstract double Seconds(double step, double range);

    /// <summary>Milliseconds, truncated.</summary>
    public long Milliseconds(long stepMs, long rangeMs)
    {
        double ms = Seconds(stepMs / 1000.0, rangeMs / 1000.0) * 1000;
        return (long)Math.Clamp(Math.Round(ms, 6), -9e17, 9e17);
    }
}

sealed class DurationLiteral(TextSpan span, double seconds) : DurationNode(span)
{
    public double Value { get; } = seconds;

    public override double Seconds(double step, double range) => Value;
}

sealed class DurationNegation(TextSpan span, DurationNode operand) : DurationNode(span)
{
    public DurationNode Operand { get; } = operand;

    public override double Seconds(double step, double range) => -Operand.Seconds(step, range);
}

/// <summary>Parentheses, kept for the printer.</summary>
sealed class DurationGroup(TextSpan span, DurationNode inner) : DurationNode(span)
{
    public DurationNode Inner { get; } = inner;

    public override double Seconds(double step, double range) => Inner.Seconds(step, range);
}

sealed class DurationArithmetic(TextSpan span, BinaryOperator op, DurationNode left, DurationNode right)
    : DurationNode(span)
{
    public BinaryOperator Operator { get; } = op;

    public DurationNode Left { get; } = left;

    public DurationNode Right { get; } = right;

    public override double Seconds(double step, double range)
    {
        double a = Left.Seconds(step, range), b = Right.Seconds(step, range);
        return Operator switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.Divide => b == 0 ? throw new PromQlExecutionException("division by zero") : a / b,
            BinaryOperator.Modulo => b == 0 ? throw new PromQlExecutionException("modulo by zero") : a % b,
            _ => Math.Pow(a, b),
        };
    }
}

/// <summary><c>step()</c>, <c>range()</c>, <c>min_of(a, b)</c> and <c>max_of(a, b)</c>.</summary>
sealed class DurationCall(TextSpan span, string name, IReadOnlyList<DurationNode> arguments) : DurationNode(span)
{
    public string Name { get; } = name;

    public IReadOnlyList<DurationNode> Arguments { get; } = arguments;

    public override double Seconds(double step, double range) => Name switch
    {
        "step" => step,
        "range" => range,
        "min_of" => Math.Min(Arguments[0].Seconds(step, range), Arguments[1].Seconds(step, range)),
        _ => Math.Max(Arguments[0].Seconds(step, range), Arguments[1].Seconds(step, range)),
    };
}
