using Presage.Query.Parsing;

namespace Presage.Tests.Query;

/// <summary>A syntax tree in full, without positions, so that two trees can be compared.</summary>
static class TreeText
{
    public static string Of(Expression e) => e switch
    {
        NumberLiteral n => $"num({BitConverter.DoubleToInt64Bits(n.Value)},{n.IsDuration})",
        TextLiteral t => $"text({t.Value})",
        Parenthesized p => $"paren({Of(p.Inner)})",
        UnaryExpression u => $"unary({u.Negate},{Of(u.Operand)})",
        BinaryExpression b => $"bin({b.Operator},{b.ReturnBool},{Of(b.Matching)},{Of(b.Left)},{Of(b.Right)})",
        AggregateExpression a => $"agg({a.Operator},{a.Without},[{string.Join(';', a.Grouping)}],"
            + $"{(a.Parameter is null ? "" : Of(a.Parameter))},{Of(a.Operand)})",
        CallExpression c => $"call({c.Function.Name},{string.Join(',', c.Arguments.Select(Of))})",
        VectorSelector v => $"sel({v.Name},[{string.Join(';', v.Matchers)}],{Of(v.Shift)},{v.Border})",
        RangeSelector r => $"range({Of(r.Vector)},{Of(r.Range)})",
        SubqueryExpression s => $"sub({Of(s.Inner)},{Of(s.Range)},{Of(s.Step)},{Of(s.Shift)})",
        _ => throw new InvalidOperationException(),
    };

    static string Of(VectorMatching m) => $"{m.Cardinality},{m.On},[{string.Join(';', m.Labels)}],"
        + $"[{string.Join(';', m.Include)}],{m.FillLeft},{m.FillRight}";

    static string Of(TimeShift s) => $"{Of(s.Offset)},{s.Anchor},{s.AtMs}";

    static string Of(DurationNode? d) => d is null ? "-" : d.Milliseconds(7000, 70000).ToString();
}
