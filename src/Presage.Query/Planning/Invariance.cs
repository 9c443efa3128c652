using Presage.Query.Parsing;

namespace Presage.Query.Planning;

/// <summary>
/// Whether an expression is the same at every step: all its selectors are pinned and nothing asks for the time.
/// </summary>
static class Invariance
{
    public static bool Of(Expression expression) => expression switch
    {
        NumberLiteral or TextLiteral => true,
        Parenthesized p => Of(p.Inner),
        UnaryExpression u => Of(u.Operand),
        BinaryExpression b => Of(b.Left) && Of(b.Right),
        AggregateExpression a => Of(a.Operand) && (a.Parameter is null || Of(a.Parameter)),
        VectorSelector v => v.Shift.Anchor != AtAnchor.None,
        RangeSelector r => r.Vector.Shift.Anchor != AtAnchor.None,
        SubqueryExpression s => s.Shift.Anchor != AtAnchor.None,
        CallExpression c => !AsksForTime(c) && c.Arguments.All(Of),
        _ => false,
    };

    static bool AsksForTime(CallExpression call) => call.Function.Name is "time" or "timestamp" or "predict_linear"
        or "start" or "end" or "step" or "range" or "info"
        || (call.Arguments.Count == 0 && call.Function.Parameters.Count > 0);
}
