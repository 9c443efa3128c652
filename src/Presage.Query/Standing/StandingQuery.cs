using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query;

/// <summary>
/// A query that is asked again and again of many like sources, each with a few series whose newest samples the caller
/// keeps: planned once, bound once to the labels a source has (<see cref="Bind"/>), evaluated without selecting,
/// decoding or allocating. Does a part of PromQL: selectors, <c>rate</c> and <c>increase</c> of them, <c>sum</c>,
/// <c>avg</c>, <c>min</c>, <c>max</c>, <c>count</c> by labels, arithmetic, comparisons that filter, <c>or</c>. What it
/// answers is what <see cref="PromQlEngine.Instant"/> does.
/// </summary>
public sealed class StandingQuery
{
    readonly Expression _expression;
    readonly Dictionary<Expression, int> _inputs = [];

    StandingQuery(Expression expression, List<(Expression Node, StandingInput Input)> inputs)
    {
        _expression = expression;
        Inputs = [.. inputs.Select(static pair => pair.Input)];
        for (int i = 0; i < inputs.Count; i++)
        {
            _inputs.Add(inputs[i].Node, i);
        }

        var labels = new HashSet<string>(StringComparer.Ordinal);
        Labels = AddLabels(expression, isAggregated: false, labels) ? [.. labels] : null;
    }

    /// <summary>What it reads.</summary>
    public IReadOnlyList<StandingInput> Inputs { get; }

    /// <summary>
    /// The labels that its answer depends on, but for the inputs' values; null where it depends on all.
    /// </summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>The same query made to stand; null where it says what standing queries cannot.</summary>
    public static StandingQuery? Of(PreparedQuery query)
    {
        var inputs = new List<(Expression, StandingInput)>();
        return Collect(query.Expression, query.TakesRatesBetweenSamples, inputs)
            ? new StandingQuery(query.Expression, inputs)
            : null;
    }

    /// <summary>The query for a source with these series.</summary>
    /// <param name="series">For each input the labels of its series.</param>
    public BoundQuery Bind(IReadOnlyList<IReadOnlyList<LabelSet>> series)
    {
        int[] starts = new int[series.Count];
        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + series[i - 1].Count;
        }

        return new BoundQuery(Bind(_expression, series, starts));
    }

    static bool Collect(
        Expression node, bool betweenSamples, List<(Expression, StandingInput)> inputs)
    {
        switch (node)
        {
            case NumberLiteral:
                return true;
            case Parenthesized inner:
                return Collect(inner.Inner, betweenSamples, inputs);
            case VectorSelector selector when IsPlain(selector):
                inputs.Add((node, new StandingInput(selector.Matchers, WindowKind.Newest, 0)));
                return true;
            case CallExpression { Function.Name: "rate" or "increase" } call
                when call.Arguments[0] is RangeSelector { Range: DurationLiteral range } windowed &&
                    IsPlain(windowed.Vector):
                var kind = call.Function.Name != "rate" ? WindowKind.Increase
                    : betweenSamples ? WindowKind.RateBetweenSamples
                    : WindowKind.Rate;
                inputs.Add((node, new StandingInput(windowed.Vector.Matchers, kind, range.Milliseconds(0, 0))));
                return true;
            case AggregateExpression { Without: false, Parameter: null } aggregate
                when aggregate.Operator <= Aggregator.Count:
                return Collect(aggregate.Operand, betweenSamples, inputs);
            case BinaryExpression binary when IsPlain(binary):
                return Collect(binary.Left, betweenSamples, inputs) && Collect(binary.Right, betweenSamples, inputs);
            default:
                return false;
        }
    }

    /// <summary>Adds the labels that aggregations keep; false where a selector is under none.</summary>
    static bool AddLabels(Expression node, bool isAggregated, HashSet<string> labels)
    {
        if (node is VectorSelector or CallExpression)
        {
            return isAggregated;
        }

        if (node is AggregateExpression aggregate)
        {
            labels.UnionWith(aggregate.Grouping);
            isAggregated = true;
        }

        return node.Children.All(child => AddLabels(child, isAggregated, labels));
    }

    static bool IsPlain(VectorSelector selector) =>
        selector.Shift == TimeShift.None && selector.Border == RangeBorder.Plain;

    static bool IsPlain(BinaryExpression binary) =>
        !binary.ReturnBool && binary.Kind == ValueKind.InstantVector &&
        binary.Matching is { On: false, Labels.Count: 0, Include.Count: 0, FillLeft: null, FillRight: null } &&
        (BoundArithmetic.Knows(binary.Operator) || binary.Operator == BinaryOperator.Or);

    BoundNode Bind(Expression node, IReadOnlyList<IReadOnlyList<LabelSet>> series, int[] starts)
    {
        switch (node)
        {
            case Parenthesized inner:
                return Bind(inner.Inner, series, starts);
            case AggregateExpression aggregate:
                return new BoundAggregate(
                    aggregate.Operator, aggregate.Grouping, Bind(aggregate.Operand, series, starts));
            case BinaryExpression { Operator: BinaryOperator.Or } or:
                return new BoundOr(Bind(or.Left, series, starts), Bind(or.Right, series, starts));
            case BinaryExpression { Left.Kind: ValueKind.Scalar } left:
                return new BoundScalar(
                    left.Operator, NumberOf(left.Left), Bind(left.Right, series, starts), isLeft: true);
            case BinaryExpression { Right.Kind: ValueKind.Scalar } right:
                return new BoundScalar(
                    right.Operator, NumberOf(right.Right), Bind(right.Left, series, starts), isLeft: false);
            case BinaryExpression both:
                return new BoundPairs(
                    both.Operator, Bind(both.Left, series, starts), Bind(both.Right, series, starts));
            default:
                int input = _inputs[node];
                bool isRate = node is CallExpression;
                return new BoundInput(
                    [.. series[input].Select(one => isRate ? one.Without(LabelNames.MetricName) : one)],
                    starts[input]);
        }
    }

    static double NumberOf(Expression node) => node switch
    {
        Parenthesized inner => NumberOf(inner.Inner),
        NumberLiteral number => number.Value,
        _ => throw new InvalidOperationException("Only numbers are scalars here."),
    };
}
