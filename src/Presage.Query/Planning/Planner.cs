using System.Diagnostics;
using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Functions;
using Presage.Query.Parsing;

namespace Presage.Query.Planning;

/// <summary>
/// Turns a syntax tree into plans: folds constants, evaluates what no step changes once, puts a merge behind each
/// operator
/// that may make labels equal.
/// </summary>
sealed class Planner(QueryFeatures features)
{
    /// <summary>
    /// Whether only count and sum of native histograms are asked for above: then counter resets are found while
    /// reading.
    /// </summary>
    bool _forStatistics;

    /// <summary><see cref="QueryFeatures.RatesBetweenSamples"/>.</summary>
    public bool TakesRatesBetweenSamples { get; } = features.HasFlag(QueryFeatures.RatesBetweenSamples);

    SeriesOrder _order = SeriesOrder.ByLabelsAtInstant;

    public VectorPlan Vector(Expression expression)
    {
        var plan = Build(expression);
        return plan is not InvariantPlan && expression is not VectorSelector && Invariance.Of(expression)
            ? new InvariantPlan(plan)
            : plan;
    }

    public ScalarPlan Scalar(Expression expression) => expression switch
    {
        NumberLiteral n => new ConstantPlan(n.Value),
        Parenthesized p => Scalar(p.Inner),
        UnaryExpression u => u.Negate
            ? Fold(new ScalarMapPlan(static (v, _) => -v, Scalar(u.Operand), null), Scalar(u.Operand))
            : Scalar(u.Operand),
        BinaryExpression b => Binary(b),
        CallExpression c => CallPlanner.Scalar(c, this),
        _ => throw new UnreachableException(),
    };

    public RangePlan Range(Expression expression) => TextArgument.Unwrap(expression) switch
    {
        RangeSelector r => new RangeSelectorPlan(r, _order, _forStatistics),
        SubqueryExpression s => new SubqueryPlan(s, Within(forStatistics: false, () => Vector(s.Inner))),
        _ => throw new UnreachableException(),
    };

    /// <summary>Plans a part of the query for which only the statistics of histograms matter, or not.</summary>
    public T Within<T>(bool forStatistics, Func<T> plan)
    {
        bool before = _forStatistics;
        _forStatistics = forStatistics;
        var result = plan();
        _forStatistics = before;
        return result;
    }

    /// <summary>Plans a part of the query whose series are wanted in a certain order.</summary>
    public VectorPlan Ordered(SeriesOrder order, Expression expression)
    {
        var before = _order;
        _order = order;
        var plan = Vector(expression);
        _order = before;
        return plan;
    }

    public VectorPlan Selector(VectorSelector selector, bool ofTimestamps) =>
        new SelectorPlan(selector, ofTimestamps, _order, _forStatistics && !ofTimestamps);

    public VectorPlan StartsOf(VectorSelector selector) =>
        new SelectorPlan(selector, ofTimestamps: true, _order, ofStarts: true);

    /// <summary>Guards a plan that drops or changes names against series that become equal.</summary>
    public VectorPlan Distinct(VectorPlan plan, bool mayCollide, bool evenWithNames = false) =>
        mayCollide && (evenWithNames || !features.HasFlag(QueryFeatures.DelayedNameRemoval)) ? new MergePlan(plan)
            : plan;

    VectorPlan Build(Expression expression)
    {
        switch (expression)
        {
            case Parenthesized p:
                return Vector(p.Inner);
            case VectorSelector v:
                return v.Border == RangeBorder.Plain ? Selector(v, ofTimestamps: false) : new SmoothedPlan(v, _order);
            case UnaryExpression u:
                var operand = Vector(u.Operand);
                return u.Negate
                    ? Distinct(new NegatePlan(operand), !operand.SharesName)
                    : operand;
            case BinaryExpression b:
                var before = _order;
                _order = OrderOfSides(b);
                var (left, right) = (Side(b.Left), Side(b.Right));
                _order = before;
                return Binary(b, left, right);
            case AggregateExpression a:
                return Aggregation(a);
            case CallExpression c:
                return CallPlanner.Vector(c, this);
            default:
                throw new UnreachableException();
        }
    }

    (VectorPlan? Vector, ScalarPlan? Scalar) Side(Expression expression) =>
        expression.Kind == ValueKind.Scalar ? (null, Scalar(expression)) : (Vector(expression), null);

    /// <summary>Where two vectors meet, the order decides what errors name and which of equals is taken.</summary>
    SeriesOrder OrderOfSides(BinaryExpression b) =>
        b.Left.Kind == ValueKind.Scalar || b.Right.Kind == ValueKind.Scalar ? _order : SeriesOrder.ByLabels;


    VectorPlan Binary(
        BinaryExpression b, (VectorPlan? Vector, ScalarPlan? Scalar) left, (VectorPlan? Vector,
            ScalarPlan? Scalar) right)
    {
        if (left.Vector is not null && right.Vector is not null)
        {
            return b.Operator.IsSet()
                ? Distinct(
                    new SetPlan(b.Operator, left.Vector, right.Vector, b.Matching), b.Operator == BinaryOperator.Or,
                        true)
                : new MatchPlan(b, left.Vector, right.Vector);
        }

        bool scalarIsLeft = left.Scalar is not null;
        var vector = left.Vector ?? right.Vector!;
        var plan = new VectorScalarPlan(b, vector, left.Scalar ?? right.Scalar!, scalarIsLeft);
        return Distinct(plan, plan.SharesName && !vector.SharesName);
    }

    ScalarPlan Binary(BinaryExpression b)
    {
        var left = Scalar(b.Left);
        var right = Scalar(b.Right);
        return Fold(new ScalarBinaryPlan(b.Operator, left, right), left, right);
    }

    /// <summary>A plan of constants alone becomes a constant.</summary>
    static ScalarPlan Fold(ScalarPlan plan, params ReadOnlySpan<ScalarPlan> inputs)
    {
        foreach (var input in inputs)
        {
            if (input is not ConstantPlan)
            {
                return plan;
            }
        }

        return new ConstantPlan(plan.Evaluate(ConstantFrame.Create())[0]);
    }

    VectorPlan Aggregation(AggregateExpression a)
    {
        bool chooses =
            a.Operator is Aggregator.TopK or Aggregator.BottomK or Aggregator.LimitK or Aggregator.LimitRatio;
        var input = Ordered(chooses ? SeriesOrder.ByLabels : SeriesOrder.Any, a.Operand);
        return a.Operator switch
        {
            Aggregator.TopK or Aggregator.BottomK or Aggregator.LimitK or Aggregator.LimitRatio =>
                new SelectPlan(a, input, Scalar(a.Parameter!)),
            Aggregator.Quantile => new QuantilePlan(a, input, Scalar(a.Parameter!), _order),
            Aggregator.CountValues => Distinct(
                new CountValuesPlan(a, input, TextArgument.Of(a.Parameter!)), mayCollide: true, evenWithNames: true),
            _ => new AggregatePlan(a, input, _order),
        };
    }
}
