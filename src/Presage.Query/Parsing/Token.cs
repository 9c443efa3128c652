namespace Presage.Query.Parsing;

/// <summary>
/// What a token is. Keywords are identifiers until the parser, which knows where they mean something, looks.
/// </summary>
enum TokenKind
{
    End,
    Identifier,
    MetricIdentifier,
    Text,
    Number,
    Duration,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    At,
    Assign,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    EqualEqual,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    TrimUpper,
    TrimLower,
    RegexMatch,
    RegexNoMatch,
}

/// <summary>A piece of the query's text, in UTF-16 units.</summary>
readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static TextSpan Between(TextSpan first, TextSpan last) => new(first.Start, last.End - first.Start);
}

/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it stands.</param>
/// <param name="Text">Its characters; of a quoted text, the content with escapes resolved.</param>
/// <param name="Number">The value of a number, or of a duration in seconds.</param>
readonly record struct Token(TokenKind Kind, TextSpan Span, string Text, double Number = 0);
