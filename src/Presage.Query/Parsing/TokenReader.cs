namespace Presage.Query.Parsing;

/// <summary>A cursor over a query's tokens that words errors the way Prometheus does.</summary>
sealed class TokenReader(string query, List<Token> tokens)
{
    static readonly HashSet<string> Keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "start", "end",
    };

    int _at;

    public string Query { get; } = query;

    public Token Current => tokens[_at];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>The last token taken.</summary>
    public Token Previous => tokens[Math.Max(0, _at - 1)];

    public Token Take() => tokens[_at == tokens.Count - 1 ? _at : _at++];

    public bool Is(TokenKind kind) => Current.Kind == kind;

    public bool IsWord(string word) => IsWord(Current, word);

    public static bool IsWord(in Token token, string word) =>
        token.Kind == TokenKind.Identifier && token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool TryTake(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            return false;
        }

        Take();
        return true;
    }

    public bool TryTakeWord(string word)
    {
        if (!IsWord(word))
        {
            return false;
        }

        Take();
        return true;
    }

    public Token Expect(TokenKind kind, string context, string expected) =>
        Is(kind) ? Take() : throw Unexpected(context, expected);

    public PromQlException Unexpected(string context = "", string expected = "")
    {
        if (Is(TokenKind.End) && Unclosed() is { } unclosed)
        {
            return SyntaxError.At(Query, Current.Span, unclosed);
        }

        string where = context.Length > 0 ? $" in {context}" : "";
        string wanted = expected.Length > 0 ? $", expected {expected}" : "";
        return SyntaxError.At(Query, Current.Span, $"unexpected {Describe(Current)}{where}{wanted}");
    }

    /// <summary>What the end of the query leaves open, in Prometheus' words; null when nothing is.</summary>
    string? Unclosed()
    {
        var open = new Stack<TokenKind>();
        foreach (var token in tokens)
        {
            if (token.Kind is TokenKind.LeftParen or TokenKind.LeftBrace or TokenKind.LeftBracket)
            {
                open.Push(token.Kind);
            }
            else if (token.Kind is TokenKind.RightParen or TokenKind.RightBrace or TokenKind.RightBracket)
            {
                open.TryPop(out _);
            }
        }

        return !open.TryPeek(out var last) ? null : last switch
        {
            TokenKind.LeftBrace => "unexpected end of input inside braces",
            TokenKind.LeftBracket => "unexpected end of input in duration expression",
            _ => "unclosed left parenthesis",
        };
    }

    public PromQlException Error(TextSpan span, string message) => SyntaxError.At(Query, span, message);

    static string Describe(in Token token)
    {
        string quoted = QuotedText.Quote(token.Text.Length > 60 ? token.Text[..60] + "..." : token.Text);
        return token.Kind switch
        {
            TokenKind.End => "end of input",
            TokenKind.Identifier when Operators.TryGetBinary(token, out _) => $"<op:{token.Text.ToLowerInvariant()}>",
            TokenKind.Identifier when Keywords.Contains(token.Text) => $"<{token.Text.ToLowerInvariant()}>",
            TokenKind.Identifier when Operators.TryGetAggregator(token.Text, out _) =>
                $"<aggr:{token.Text.ToLowerInvariant()}>",
            TokenKind.Identifier => $"identifier {quoted}",
            TokenKind.MetricIdentifier => $"metric identifier {quoted}",
            TokenKind.Text => $"string {quoted}",
            TokenKind.Number => $"number {quoted}",
            TokenKind.Duration => $"duration {quoted}",
            >= TokenKind.At => $"<op:{token.Text}>",
            _ => quoted,
        };
    }
}
