using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query;

/// <summary>An expression parsed, checked and planned. Immutable: any number of threads may run it at once.</summary>
public sealed class PreparedQuery
{
    internal PreparedQuery(
        string text, Expression expression, VectorPlan? vector, ScalarPlan? scalar, RangePlan? range)
    {
        Text = text;
        Expression = expression;
        Vector = vector;
        Scalar = scalar;
        Range = range;
    }

    /// <summary>The query as it was given.</summary>
    public string Text { get; }

    /// <summary>Whether it answers with one value for each of some series.</summary>
    public bool IsVector => Vector is not null;

    internal Expression Expression { get; }

    /// <summary>Whether rates are taken from sample to sample.</summary>
    internal bool TakesRatesBetweenSamples { get; init; }

    internal VectorPlan? Vector { get; }

    internal ScalarPlan? Scalar { get; }

    internal RangePlan? Range { get; }

    /// <summary>The query in its canonical form, on one line; reads back to the same expression.</summary>
    public override string ToString() => Expression.ToString();
}
