using System.Text;
using Presage.Metrics;

namespace Presage.Query.Parsing;

/// <summary>
/// Writes a syntax tree as PromQL on one line. Reading the text back gives the same tree: parentheses are nodes of
/// their
/// own, so none are added.
/// </summary>
static class ExpressionPrinter
{
    public static string Print(Expression expression)
    {
        var text = new StringBuilder();
        Write(text, expression);
        return text.ToString();
    }

    /// <summary>A label's name, quoted where it is not an identifier.</summary>
    public static string LabelName(string name) => IsIdentifier(name, colon: false) ? name : QuotedText.Quote(name);

    static void Write(StringBuilder text, Expression expression)
    {
        switch (expression)
        {
            case NumberLiteral n:
                // A sign in front of a plain number would bind looser than the power behind it.
                text.Append(n.IsDuration ? DurationText(n.Value) : Numbers.Format(n.Value).TrimStart('+'));
                break;
            case TextLiteral t:
                text.Append(QuotedText.Quote(t.Value));
                break;
            case Parenthesized p:
                text.Append('(');
                Write(text, p.Inner);
                text.Append(')');
                break;
            case UnaryExpression u:
                text.Append(u.Negate ? '-' : '+');
                Write(text, u.Operand);
                break;
            case BinaryExpression b:
                WriteBinary(text, b);
                break;
            case AggregateExpression a:
                WriteAggregation(text, a);
                break;
            case CallExpression c:
                text.Append(c.Function.Name);
                WriteArguments(text, c.Arguments);
                break;
            case VectorSelector v:
                WriteSelector(text, v);
                WriteModifiers(text, v.Shift, v.Border);
                break;
            case RangeSelector r:
                WriteSelector(text, r.Vector);
                text.Append('[').Append(DurationText(r.Range)).Append(']');
                WriteModifiers(text, r.Vector.Shift, r.Vector.Border);
                break;
            case SubqueryExpression s:
                Write(text, s.Inner);
                text.Append('[').Append(DurationText(s.Range)).Append(':');
                text.Append(s.Step is null ? "" : DurationText(s.Step)).Append(']');
                WriteModifiers(text, s.Shift, RangeBorder.Plain);
                break;
        }
    }

    static void WriteBinary(StringBuilder text, BinaryExpression b)
    {
        Write(text, b.Left);
        text.Append(' ').Append(b.Operator.Sign()).Append(b.ReturnBool ? " bool" : "");
        var matching = b.Matching;
        bool grouped = matching.Cardinality is MatchCardinality.ManyToOne or MatchCardinality.OneToMany;
        if (matching.On || matching.Labels.Count > 0 || grouped)
        {
            text.Append(matching.On ? " on (" : " ignoring (");
            text.AppendJoin(", ", matching.Labels.Select(LabelName)).Append(')');
        }

        if (grouped)
        {
            text.Append(matching.Cardinality == MatchCardinality.ManyToOne ? " group_left (" : " group_right (");
            text.AppendJoin(", ", matching.Include.Select(LabelName)).Append(')');
        }

        text.Append(matching.FillLeft is { } left ? $" fill_left ({Numbers.Format(left)})" : "");
        text.Append(matching.FillRight is { } right ? $" fill_right ({Numbers.Format(right)})" : "");
        text.Append(' ');
        Write(text, b.Right);
    }

    static void WriteAggregation(StringBuilder text, AggregateExpression a)
    {
        text.Append(Operators.NameOf(a.Operator));
        if (a.Without || a.Grouping.Count > 0)
        {
            text.Append(a.Without ? " without (" : " by (");
            text.AppendJoin(", ", a.Grouping.Select(LabelName)).Append(") ");
        }

        WriteArguments(text, a.Parameter is null ? [a.Operand] : [a.Parameter, a.Operand]);
    }

    static void WriteArguments(StringBuilder text, IReadOnlyList<Expression> arguments)
    {
        text.Append('(');
        for (int i = 0; i < arguments.Count; i++)
        {
            text.Append(i > 0 ? ", " : "");
            Write(text, arguments[i]);
        }

        text.Append(')');
    }

    static void WriteSelector(StringBuilder text, VectorSelector v)
    {
        bool plainName = v.Name is not null && IsIdentifier(v.Name, colon: true);
        List<string> parts = [];
        bool nameSeen = false;
        foreach (var matcher in v.Matchers)
        {
            // Of several matchers on the name, the first that equals the written name is the one it stands for.
            if (!nameSeen && v.Name is not null && matcher.Name == LabelNames.MetricName && matcher.Value == v.Name
                && matcher.Operator == MatchOperator.Equal)
            {
                nameSeen = true;
                if (!plainName)
                {
                    parts.Add(QuotedText.Quote(v.Name));
                }

                continue;
            }

            string sign = matcher.Operator switch
            {
                MatchOperator.Equal => "=",
                MatchOperator.NotEqual => "!=",
                MatchOperator.RegexMatch => "=~",
                _ => "!~",
            };
            parts.Add(LabelName(matcher.Name) + sign + QuotedText.Quote(matcher.Value));
        }

        text.Append(plainName ? v.Name : "");
        if (parts.Count > 0 || !plainName)
        {
            text.Append('{').AppendJoin(',', parts).Append('}');
        }
    }

    static void WriteModifiers(StringBuilder text, TimeShift shift, RangeBorder border)
    {
        text.Append(border switch { RangeBorder.Anchored => " anchored", RangeBorder.Smoothed => " smoothed", _ =>
            "" });
        text.Append(shift.Anchor switch
        {
            AtAnchor.Start => " @ start()",
            AtAnchor.End => " @ end()",
            AtAnchor.Timestamp => $" @ {Numbers.Format(shift.AtMs / 1000.0)}",
            _ => "",
        });
        text.Append(shift.Offset is null ? "" : $" offset {DurationText(shift.Offset)}");
    }

    static string DurationText(double seconds) =>
        (seconds < 0 ? "-" : "") + Durations.Format((long)Math.Round(Math.Abs(seconds) * 1000));

    static string DurationText(DurationNode node) => node switch
    {
        DurationLiteral l => l.Value == Math.Round(l.Value * 1000) / 1000 ? DurationText(l.Value)
            : Numbers.Format(l.Value),
        DurationNegation n => "-" + DurationText(n.Operand),
        DurationGroup g => $"({DurationText(g.Inner)})",
        DurationArithmetic a => $"{DurationText(a.Left)} {a.Operator.Sign()} {DurationText(a.Right)}",
        DurationCall c => $"{c.Name}({string.Join(", ", c.Arguments.Select(DurationText))})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static bool IsIdentifier(string name, bool colon)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || Operators.TryGetBinary(
            new Token(TokenKind.Identifier, default, name), out _) || name.ToLowerInvariant() is "inf" or "nan"
                or "bool"
            or "on" or "ignoring" or "group_left" or "group_right" or "atan2" or "offset" or "anchored" or "smoothed")
        {
            return false;
        }

        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (colon && c == ':'));
    }
}
