using Presage.Metrics;

namespace Presage.Query.Parsing;

/// <summary>Parses selectors: a name, matchers in braces, or both; and lists of label names.</summary>
sealed class SelectorParser(TokenReader tokens)
{
    /// <summary>Whether matchers may all accept the empty text, as in the second argument of <c>info</c>.</summary>
    public bool AllowsEmpty { get; set; }

    /// <summary>Parses a selector that starts at the current token: a name or a brace.</summary>
    public VectorSelector Parse()
    {
        var first = tokens.Current;
        string? name = first.Kind == TokenKind.LeftBrace ? null : tokens.Take().Text;
        List<LabelMatcher> matchers = [];
        if (name is not null)
        {
            matchers.Add(new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, name));
        }

        if (tokens.TryTake(TokenKind.LeftBrace))
        {
            ParseMatchers(ref name, matchers);
        }

        var span = TextSpan.Between(first.Span, tokens.Previous.Span);
        if (!AllowsEmpty && matchers.All(m => m.MatchesEmpty))
        {
            throw tokens.Error(span, "vector selector must contain at least one non-empty matcher");
        }

        if (first.Kind != TokenKind.LeftBrace
            && matchers.Skip(1).FirstOrDefault(m => m.Name == LabelNames.MetricName) is { } second)
        {
            throw tokens.Error(
                span,
                "metric name must not be set twice: "
                + $"{QuotedText.Quote(name!)} or {QuotedText.Quote(second.Value)}");
        }

        return new VectorSelector(span, name, matchers, TimeShift.None, RangeBorder.Plain);
    }

    /// <summary>Parses <c>(a, b, "c.d")</c>.</summary>
    public IReadOnlyList<string> ParseLabels()
    {
        const string Context = "grouping opts";
        tokens.Expect(TokenKind.LeftParen, Context, "\"(\"");
        List<string> labels = [];
        while (!tokens.TryTake(TokenKind.RightParen))
        {
            if (!tokens.Is(TokenKind.Identifier) && !tokens.Is(TokenKind.Text) && tokens.Current.Text != "inf")
            {
                throw tokens.Unexpected(Context, "label");
            }

            var label = tokens.Take();
            if (label.Text.Length == 0 || !IsValid(label.Text))
            {
                throw tokens.Error(label.Span, $"invalid label name {QuotedText.Quote(label.Text)}");
            }

            labels.Add(label.Text);
            if (!tokens.Is(TokenKind.RightParen))
            {
                tokens.Expect(TokenKind.Comma, Context, "\",\" or \")\"");
            }
        }

        return labels;
    }

    /// <summary>Whether a text is valid Unicode and so can be a label's name.</summary>
    public static bool IsValid(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsSurrogatePair(text, i))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    void ParseMatchers(ref string? name, List<LabelMatcher> matchers)
    {
        const string Context = "label matching";
        while (!tokens.TryTake(TokenKind.RightBrace))
        {
            var label = tokens.Current;
            if (label.Kind is not (TokenKind.Identifier or TokenKind.Text) && !IsNumberWord(label))
            {
                throw tokens.Unexpected(Context, "identifier or \"}\"");
            }

            tokens.Take();
            if (label.Kind == TokenKind.Text && (tokens.Is(TokenKind.Comma) || tokens.Is(TokenKind.RightBrace)))
            {
                SetName(label, ref name, matchers);
            }
            else
            {
                matchers.Add(ParseMatcher(label));
            }

            if (!tokens.Is(TokenKind.RightBrace))
            {
                tokens.Expect(TokenKind.Comma, Context, "\",\" or \"}\"");
            }
        }
    }

    void SetName(Token label, ref string? name, List<LabelMatcher> matchers)
    {
        if (name is not null)
        {
            throw tokens.Error(
                label.Span,
                $"metric name must not be set twice: {QuotedText.Quote(name)} or {QuotedText.Quote(label.Text)}");
        }

        name = label.Text;
        matchers.Add(new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, name));
    }

    LabelMatcher ParseMatcher(Token label)
    {
        MatchOperator? op = tokens.Current.Kind switch
        {
            TokenKind.Assign => MatchOperator.Equal,
            TokenKind.NotEqual => MatchOperator.NotEqual,
            TokenKind.RegexMatch => MatchOperator.RegexMatch,
            TokenKind.RegexNoMatch => MatchOperator.RegexNoMatch,
            _ => null,
        };
        if (op is null)
        {
            throw tokens.Unexpected("label matching", "label matching operator");
        }

        tokens.Take();
        var value = tokens.Expect(TokenKind.Text, "label matching", "string");
        try
        {
            return new LabelMatcher(label.Text, op.Value, value.Text);
        }
        catch (ArgumentException e)
        {
            throw tokens.Error(value.Span, $"error parsing regexp: {e.Message}");
        }
    }

    static bool IsNumberWord(in Token token) => token.Kind == TokenKind.Number && char.IsAsciiLetter(token.Text[0]);
}
