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
        RangeSelector r => new RangeSelectorPlan(r, _forStatistics),
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
                return v.Border == RangeBorder.Plain ? new SelectorPlan(v, ofTimestamps: false, _forStatistics)
                    : new SmoothedPlan(v);
            case UnaryExpression u:
                var operand = Vector(u.Operand);
                return u.Negate
                    ? Distinct(new NegatePlan(operand), !operand.SharesName)
                    : operand;
            case BinaryExpression b:
                return Binary(b, Side(b.Left), Side(b.Right));
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
        var input = Vector(a.Operand);
        return a.Operator switch
        {
            Aggregator.TopK or Aggregator.BottomK or Aggregator.LimitK or Aggregator.LimitRatio =>
                new SelectPlan(a, input, Scalar(a.Parameter!)),
            Aggregator.Quantile => new QuantilePlan(a, input, Scalar(a.Parameter!)),
            Aggregator.CountValues => Distinct(
                new CountValuesPlan(a, input, TextArgument.Of(a.Parameter!)), mayCollide: true, evenWithNames: true),
            _ => new AggregatePlan(a, input),
        };
    }
}
