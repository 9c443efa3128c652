namespace Presage.Query.Parsing;

/// <summary>Puts modifiers behind a selector or subquery into its node.</summary>
static class Shifts
{
    public static Expression AddOffset(TokenReader tokens, Expression expression, DurationNode offset)
    {
        var span = TextSpan.Between(expression.Span, tokens.Previous.Span);
        if (ShiftOf(expression) is not { } shift)
        {
            throw tokens.Error(span, "offset modifier must be preceded by an instant vector selector or range vector "
                + "selector or a subquery");
        }

        return shift.Offset is null
            ? With(expression, shift with { Offset = offset }, tokens)
            : throw tokens.Error(expression.Span, "offset may not be set multiple times");
    }

    public static Expression AddAt(TokenReader tokens, Expression expression, AtAnchor anchor, long atMs)
    {
        var span = TextSpan.Between(expression.Span, tokens.Previous.Span);
        if (ShiftOf(expression) is not { } shift)
        {
            throw tokens.Error(span, "@ modifier must be preceded by an instant vector selector or range vector "
                + "selector or a subquery");
        }

        return shift.Anchor == AtAnchor.None
            ? With(expression, shift with { Anchor = anchor, AtMs = atMs }, tokens)
            : throw tokens.Error(expression.Span, "@ <timestamp> may not be set multiple times");
    }

    public static Expression AddBorder(TokenReader tokens, Expression expression, Token word, QueryFeatures features)
    {
        string name = word.Text.ToLowerInvariant();
        if (!features.HasFlag(QueryFeatures.ExtendedRangeSelectors))
        {
            throw tokens.Error(word.Span, $"{name} modifier is experimental and not enabled");
        }

        var border = name == "anchored" ? RangeBorder.Anchored : RangeBorder.Smoothed;
        var selector = expression as VectorSelector ?? (expression as RangeSelector)?.Vector;
        if (selector is null || (border == RangeBorder.Anchored && expression is VectorSelector))
        {
            throw tokens.Error(word.Span, border == RangeBorder.Anchored
                ? "anchored modifier must be preceded by a range selector"
                : "smoothed modifier must be preceded by an instant or range selector");
        }

        if (selector.Border != RangeBorder.Plain)
        {
            throw tokens.Error(word.Span, "anchored and smoothed modifiers cannot be used together or twice");
        }

        var span = TextSpan.Between(expression.Span, word.Span);
        var inner = new VectorSelector(
            expression is VectorSelector ? span : selector.Span, selector.Name, selector.Matchers, selector.Shift,
                border);
        return expression is RangeSelector range ? new RangeSelector(span, inner, range.Range) : inner;
    }

    static TimeShift? ShiftOf(Expression expression) => expression switch
    {
        VectorSelector s => s.Shift,
        RangeSelector r => r.Vector.Shift,
        SubqueryExpression s => s.Shift,
        _ => null,
    };

    static Expression With(Expression expression, TimeShift shift, TokenReader tokens)
    {
        var span = TextSpan.Between(expression.Span, tokens.Previous.Span);
        return expression switch
        {
            VectorSelector s => new VectorSelector(span, s.Name, s.Matchers, shift, s.Border),
            RangeSelector r => new RangeSelector(
                span, new VectorSelector(r.Vector.Span, r.Vector.Name, r.Vector.Matchers, shift, r.Vector.Border),
                    r.Range),
            SubqueryExpression s => new SubqueryExpression(span, s.Inner, s.Range, s.Step, shift),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
