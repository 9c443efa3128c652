using Presage.Metrics;
using Presage.Query.Functions;

namespace Presage.Query.Parsing;

/// <summary>The four types of PromQL.</summary>
enum ValueKind
{
    Scalar,
    InstantVector,
    RangeVector,
    Text,
}

/// <summary>A node of the syntax tree. Nodes are immutable; the parser guarantees that their types fit.</summary>
abstract class Expression(TextSpan span, params ReadOnlySpan<Expression?> children)
{
    public TextSpan Span { get; } = span;

    /// <summary>The nodes below, in the order they are written in.</summary>
    public IReadOnlyList<Expression> Children { get; } = Present(children);

    /// <summary>The nodes on the longest way down, limited so that recursion over a tree is safe.</summary>
    public int Depth { get; } = 1 + Deepest(children);

    public abstract ValueKind Kind { get; }

    public sealed override string ToString() => ExpressionPrinter.Print(this);

    static Expression[] Present(ReadOnlySpan<Expression?> children)
    {
        var present = new List<Expression>(children.Length);
        foreach (var child in children)
        {
            if (child is not null)
            {
                present.Add(child);
            }
        }

        return [.. present];
    }

    static int Deepest(ReadOnlySpan<Expression?> children)
    {
        int deepest = 0;
        foreach (var child in children)
        {
            deepest = Math.Max(deepest, child?.Depth ?? 0);
        }

        return deepest;
    }
}

/// <summary>A number; <paramref name="IsDuration"/> when it was written as one (<c>5m</c> is 300).</summary>
sealed class NumberLiteral(TextSpan span, double value, bool isDuration = false) : Expression(span)
{
    public double Value { get; } = value;

    public bool IsDuration { get; } = isDuration;

    public override ValueKind Kind => ValueKind.Scalar;
}

sealed class TextLiteral(TextSpan span, string value) : Expression(span)
{
    public string Value { get; } = value;

    public override ValueKind Kind => ValueKind.Text;
}

enum AtAnchor
{
    None,
    Timestamp,
    Start,
    End,
}

/// <summary>The <c>offset</c> and <c>@</c> modifiers of a selector or subquery.</summary>
sealed record TimeShift(DurationNode? Offset, AtAnchor Anchor, long AtMs)
{
    public static TimeShift None { get; } = new(null, AtAnchor.None, 0);
}

/// <summary>
/// How a range's border is made up (experimental): by the last sample before it, or by interpolation.
/// </summary>
enum RangeBorder
{
    Plain,
    Anchored,
    Smoothed,
}

/// <summary>
/// An instant selector. The matchers hold the name too; <paramref name="Name"/> is how it was written.
/// </summary>
sealed class VectorSelector(
    TextSpan span, string? name, IReadOnlyList<LabelMatcher> matchers, TimeShift shift, RangeBorder border)
    : Expression(span)
{
    public string? Name { get; } = name;

    public IReadOnlyList<LabelMatcher> Matchers { get; } = matchers;

    public TimeShift Shift { get; } = shift;

    public RangeBorder Border { get; } = border;

    public override ValueKind Kind => ValueKind.InstantVector;
}

/// <summary>A selector with a range; its offset, anchor and border stand in the inner selector.</summary>
sealed class RangeSelector(TextSpan span, VectorSelector vector, DurationNode range)
    : Expression(span, vector)
{
    public VectorSelector Vector { get; } = vector;

    public DurationNode Range { get; } = range;

    public override ValueKind Kind => ValueKind.RangeVector;
}

sealed class SubqueryExpression(
    TextSpan span, Expression inner, DurationNode range, DurationNode? step, TimeShift shift)
    : Expression(span, inner)
{
    public Expression Inner { get; } = inner;

    public DurationNode Range { get; } = range;

    public DurationNode? Step { get; } = step;

    public TimeShift Shift { get; } = shift;

    public override ValueKind Kind => ValueKind.RangeVector;
}

sealed class Parenthesized(TextSpan span, Expression inner) : Expression(span, inner)
{
    public Expression Inner { get; } = inner;

    public override ValueKind Kind => Inner.Kind;
}

sealed class UnaryExpression(TextSpan span, bool negate, Expression operand)
    : Expression(span, operand)
{
    public bool Negate { get; } = negate;

    public Expression Operand { get; } = operand;

    public override ValueKind Kind => Operand.Kind;
}

enum MatchCardinality
{
    OneToOne,
    ManyToOne,
    OneToMany,
    ManyToMany,
}

/// <summary>How the elements of two vectors find each other.</summary>
sealed record VectorMatching(
    MatchCardinality Cardinality,
    bool On,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Include,
    double? FillLeft,
    double? FillRight)
{
    public static VectorMatching Plain { get; } = new(MatchCardinality.OneToOne, false, [], [], null, null);
}

sealed class BinaryExpression(
    TextSpan span, BinaryOperator op, Expression left, Expression right, bool returnBool, VectorMatching matching)
    : Expression(span, left, right)
{
    public BinaryOperator Operator { get; } = op;

    public Expression Left { get; } = left;

    public Expression Right { get; } = right;

    public bool ReturnBool { get; } = returnBool;

    public VectorMatching Matching { get; } = matching;

    public override ValueKind Kind =>
        Left.Kind == ValueKind.Scalar && Right.Kind == ValueKind.Scalar ? ValueKind.Scalar : ValueKind.InstantVector;
}

sealed class AggregateExpression(
    TextSpan span,
    Aggregator op,
    Expression operand,
    Expression? parameter,
    IReadOnlyList<string> grouping,
    bool without)
    : Expression(span, operand, parameter)
{
    public Aggregator Operator { get; } = op;

    public Expression Operand { get; } = operand;

    public Expression? Parameter { get; } = parameter;

    public IReadOnlyList<string> Grouping { get; } = grouping;

    public bool Without { get; } = without;

    public override ValueKind Kind => ValueKind.InstantVector;
}

sealed class CallExpression(TextSpan span, FunctionSignature function, IReadOnlyList<Expression> arguments)
    : Expression(span, [.. arguments])
{
    public FunctionSignature Function { get; } = function;

    public IReadOnlyList<Expression> Arguments { get; } = arguments;

    public override ValueKind Kind => Function.Returns;
}
