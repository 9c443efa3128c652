namespace Presage.Query;

/// <summary>The shape of a result, as the Prometheus API names it.</summary>
public enum QueryResultKind
{
    /// <summary>Series with one point each, all at the evaluation time.</summary>
    Vector,

    /// <summary>Series with points over time.</summary>
    Matrix,

    /// <summary>One number.</summary>
    Scalar,

    /// <summary>A text.</summary>
    String,
}
