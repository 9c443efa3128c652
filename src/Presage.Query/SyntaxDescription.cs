using System.Text.Json.Nodes;
using Presage.Metrics;
using Presage.Query.Functions;
using Presage.Query.Parsing;

namespace Presage.Query;

/// <summary>A query's syntax tree as JSON, in the form of Prometheus' <c>parse_query</c>.</summary>
static class SyntaxDescription
{
    public static JsonObject Of(Expression expression) => expression switch
    {
        NumberLiteral n => new JsonObject { ["type"] = "numberLiteral", ["val"] = Numbers.Format(n.Value) },
        TextLiteral t => new JsonObject { ["type"] = "stringLiteral", ["val"] = t.Value },
        Parenthesized p => new JsonObject { ["type"] = "parenExpr", ["expr"] = Of(p.Inner) },
        UnaryExpression u => new JsonObject
        {
            ["type"] = "unaryExpr", ["op"] = u.Negate ? "-" : "+", ["expr"] = Of(u.Operand),
        },
        BinaryExpression b => OfBinary(b),
        AggregateExpression a => new JsonObject
        {
            ["type"] = "aggregation",
            ["op"] = Operators.NameOf(a.Operator),
            ["expr"] = Of(a.Operand),
            ["param"] = a.Parameter is null ? null : Of(a.Parameter),
            ["grouping"] = Texts(a.Grouping),
            ["without"] = a.Without,
        },
        CallExpression c => OfCall(c),
        VectorSelector v => OfSelector("vectorSelector", v),
        RangeSelector r => OfRange(r),
        SubqueryExpression s => OfSubquery(s),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static JsonObject OfBinary(BinaryExpression b)
    {
        bool vectors = b.Left.Kind == ValueKind.InstantVector && b.Right.Kind == ValueKind.InstantVector;
        return new JsonObject
        {
            ["type"] = "binaryExpr",
            ["op"] = b.Operator.Sign(),
            ["lhs"] = Of(b.Left),
            ["rhs"] = Of(b.Right),
            ["matching"] = !vectors ? null : new JsonObject
            {
                ["card"] = b.Matching.Cardinality switch
                {
                    MatchCardinality.OneToOne => "one-to-one",
                    MatchCardinality.ManyToOne => "many-to-one",
                    MatchCardinality.OneToMany => "one-to-many",
                    _ => "many-to-many",
                },
                ["labels"] = Texts(b.Matching.Labels),
                ["on"] = b.Matching.On,
                ["include"] = Texts(b.Matching.Include),
            },
            ["bool"] = b.ReturnBool,
        };
    }

    static JsonObject OfCall(CallExpression c) => new()
    {
        ["type"] = "call",
        ["func"] = new JsonObject
        {
            ["name"] = c.Function.Name,
            ["argTypes"] = Texts(c.Function.Parameters.Select(TypeOf)),
            ["variadic"] = c.Function.Optional,
            ["returnType"] = TypeOf(c.Function.Returns),
        },
        ["args"] = new JsonArray([.. c.Arguments.Select(Of)]),
    };

    static JsonObject OfRange(RangeSelector r)
    {
        var node = OfSelector("matrixSelector", r.Vector);
        node["range"] = r.Range.Milliseconds(0, 0);
        return node;
    }

    static JsonObject OfSubquery(SubqueryExpression s)
    {
        var node = new JsonObject
        {
            ["type"] = "subquery",
            ["expr"] = Of(s.Inner),
            ["range"] = s.Range.Milliseconds(0, 0),
            ["step"] = s.Step?.Milliseconds(0, 0) ?? 0,
        };
        AddShift(node, s.Shift);
        return node;
    }

    static JsonObject OfSelector(string type, VectorSelector v)
    {
        var node = new JsonObject
        {
            ["type"] = type,
            ["name"] = v.Name ?? "",
            ["matchers"] = new JsonArray([.. v.Matchers.Select(static m => new JsonObject
            {
                ["name"] = m.Name,
                ["type"] = m.Operator switch
                {
                    MatchOperator.Equal => "=",
                    MatchOperator.NotEqual => "!=",
                    MatchOperator.RegexMatch => "=~",
                    _ => "!~",
                },
                ["value"] = m.Value,
            })]),
        };
        AddShift(node, v.Shift);
        return node;
    }

    static void AddShift(JsonObject node, TimeShift shift)
    {
        node["offset"] = shift.Offset?.Milliseconds(0, 0) ?? 0;
        node["timestamp"] = shift.Anchor == AtAnchor.Timestamp ? shift.AtMs : null;
        node["startOrEnd"] = shift.Anchor switch
        {
            AtAnchor.Start => "start",
            AtAnchor.End => "end",
            _ => null,
        };
    }

    static string TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Scalar => "scalar",
        ValueKind.InstantVector => "vector",
        ValueKind.RangeVector => "matrix",
        _ => "string",
    };

    static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static t => (JsonNode)t)]);
}
