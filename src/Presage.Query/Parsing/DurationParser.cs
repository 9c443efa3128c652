namespace Presage.Query.Parsing;

/// <summary>
/// Parses ranges, steps, offsets. Inside brackets whole arithmetic may stand (experimental); behind <c>offset</c>
/// only one
/// operand, because <c>x offset 5m + 1</c> adds 1 to x.
/// </summary>
sealed class DurationParser(TokenReader tokens, QueryFeatures features)
{
    const int NodesMax = 100;

    int _nodes;

    /// <summary>A range or step inside brackets.</summary>
    public DurationNode ParseBracketed(bool positive)
    {
        int start = tokens.Current.Span.Start;
        _nodes = 0;
        var node = ParseBinary(0);
        var span = new TextSpan(start, tokens.Previous.Span.End - start);
        if (positive && node is DurationLiteral or DurationNegation { Operand: DurationLiteral } && node.Seconds(0,
            0) <= 0)
        {
            throw tokens.Error(span, "duration must be greater than 0");
        }

        return node;
    }

    /// <summary>What follows <c>offset</c>.</summary>
    public DurationNode ParseOffset()
    {
        _nodes = 0;
        if (!tokens.Is(TokenKind.Number) && !tokens.Is(TokenKind.Duration) && !tokens.Is(TokenKind.LeftParen)
            && !tokens.Is(TokenKind.Minus) && !tokens.Is(TokenKind.Plus) && !IsCall())
        {
            throw tokens.Unexpected("offset", "number or duration");
        }

        return ParseSigned("offset");
    }

    DurationNode ParseBinary(int minimum)
    {
        var left = ParseSigned("duration");
        while (Operators.TryGetBinary(tokens.Current, out var op) && op is >= BinaryOperator.Add
            and not BinaryOperator.Atan2
            && op.Precedence() >= minimum)
        {
            CheckArithmetic(tokens.Take().Span);
            var right = ParseBinary(op == BinaryOperator.Power ? op.Precedence() : op.Precedence() + 1);
            left = new DurationArithmetic(TextSpan.Between(left.Span, right.Span), op, left, right);
        }

        return left;
    }

    DurationNode ParseSigned(string context)
    {
        var sign = tokens.Current;
        if (!tokens.TryTake(TokenKind.Minus) && !tokens.TryTake(TokenKind.Plus))
        {
            return ParseOperand(context);
        }

        CountNode(sign.Span);
        var operand = context == "offset" ? ParseOperand(context) : ParseBinary(BinaryOperator.Power.Precedence());
        return sign.Kind == TokenKind.Plus
            ? operand
            : new DurationNegation(TextSpan.Between(sign.Span, operand.Span), operand);
    }

    DurationNode ParseOperand(string context)
    {
        var first = tokens.Current;
        CountNode(first.Span);
        if (tokens.TryTake(TokenKind.Number) || tokens.TryTake(TokenKind.Duration))
        {
            return double.IsFinite(first.Number) && Math.Abs(first.Number) < 1e12
                ? new DurationLiteral(first.Span, first.Number)
                : throw tokens.Error(first.Span, "duration out of range");
        }

        if (tokens.TryTake(TokenKind.LeftParen))
        {
            CheckArithmetic(first.Span);
            var inner = ParseBinary(0);
            var close = tokens.Expect(TokenKind.RightParen, "duration", "\")\"");
            return new DurationGroup(TextSpan.Between(first.Span, close.Span), inner);
        }

        return IsCall() ? ParseCall(first) : throw tokens.Unexpected(context, "number or duration");
    }

    DurationCall ParseCall(Token name)
    {
        CheckArithmetic(name.Span);
        tokens.Take();
        tokens.Take();
        string function = name.Text.ToLowerInvariant();
        List<DurationNode> arguments = [];
        while (!tokens.Is(TokenKind.RightParen))
        {
            if (arguments.Count > 0)
            {
                tokens.Expect(TokenKind.Comma, "duration", "\",\" or \")\"");
            }

            arguments.Add(ParseBinary(0));
        }

        var span = TextSpan.Between(name.Span, tokens.Take().Span);
        int expected = function is "step" or "range" ? 0 : 2;
        return arguments.Count == expected
            ? new DurationCall(span, function, arguments)
            : throw tokens.Error(
                span, $"expected {expected} argument(s) in call to \"{function}\", got {arguments.Count}");
    }

    bool IsCall() => tokens.Next.Kind == TokenKind.LeftParen && tokens.Is(TokenKind.Identifier)
        && tokens.Current.Text.ToLowerInvariant() is "step" or "range" or "min_of" or "max_of"
        && tokens.Next.Kind == TokenKind.LeftParen;

    void CheckArithmetic(TextSpan span)
    {
        CountNode(span);
        if (!features.HasFlag(QueryFeatures.DurationExpressions))
        {
            throw tokens.Error(span, "experimental duration expression is not enabled");
        }
    }

    void CountNode(TextSpan span)
    {
        if (++_nodes > NodesMax)
        {
            throw tokens.Error(span, $"duration expression has more than {NodesMax} parts");
        }
    }
}
