using System.Globalization;

namespace Presage.Query.Parsing;

/// <summary>
/// Splits a query into tokens. A colon is part of a metric's name everywhere but inside brackets, where it separates a
/// subquery's range from its step.
/// </summary>
sealed class Lexer
{
    readonly string _text;
    readonly List<Token> _tokens = [];
    int _at;
    int _brackets;

    Lexer(string text) => _text = text;

    /// <exception cref="PromQlException">
    /// A character or literal that no token starts with or that has no end.
    /// </exception>
    public static List<Token> Tokenize(string text)
    {
        var lexer = new Lexer(text);
        while (lexer.ReadToken())
        {
        }

        lexer._tokens.Add(new Token(TokenKind.End, new TextSpan(text.Length, 0), ""));
        return lexer._tokens;
    }

    bool ReadToken()
    {
        SkipBlanks();
        if (_at >= _text.Length)
        {
            return false;
        }

        char c = _text[_at];
        if (char.IsAsciiLetter(c) || c == '_' || (c == ':' && _brackets == 0))
        {
            ReadIdentifier();
        }
        else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
        {
            ReadNumber();
        }
        else if (c is '"' or '\'' or '`')
        {
            ReadText();
        }
        else
        {
            ReadSign(c);
        }

        return true;
    }

    void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }
            else if (_text[_at] == '#')
            {
                int end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    void ReadIdentifier()
    {
        int start = _at;
        bool colon = false;
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (c == ':' && _brackets == 0)
            {
                colon = true;
            }
            else if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                break;
            }

            _at++;
        }

        string name = _text[start.._at];
        var span = new TextSpan(start, _at - start);
        if (name.Equals("inf", StringComparison.OrdinalIgnoreCase))
        {
            _tokens.Add(new Token(TokenKind.Number, span, name, double.PositiveInfinity));
        }
        else if (name.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            _tokens.Add(new Token(TokenKind.Number, span, name, double.NaN));
        }
        else
        {
            _tokens.Add(new Token(colon ? TokenKind.MetricIdentifier : TokenKind.Identifier, span, name));
        }
    }

    void ReadNumber()
    {
        int start = _at;
        bool hex = _text[_at] == '0' && _at + 1 < _text.Length && (_text[_at + 1] | 0x20) == 'x';
        _at += hex ? 2 : 0;
        while (_at < _text.Length)
        {
            char c = _text[_at];
            bool sign = !hex && c is '+' or '-' && (_text[_at - 1] | 0x20) == 'e';
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.') && !sign)
            {
                break;
            }

            _at++;
        }

        string text = _text[start.._at];
        var span = new TextSpan(start, text.Length);
        if (Durations.TryParse(text, out long ms))
        {
            _tokens.Add(new Token(TokenKind.Duration, span, text, ms / 1000.0));
        }
        else if (TryParseNumber(text, out double number))
        {
            _tokens.Add(new Token(TokenKind.Number, span, text, number));
        }
        else
        {
            throw SyntaxError.At(_text, span, $"bad number or duration syntax: \"{text}\"");
        }
    }

    /// <summary>
    /// Numbers as Go reads them: decimal, hexadecimal, octal by a leading zero, underscores between digits.
    /// </summary>
    static bool TryParseNumber(string text, out double number)
    {
        number = 0;
        if (text.EndsWith('_') || text.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        string digits = text.Replace("_", "", StringComparison.Ordinal);
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return TryParseHex(digits.AsSpan(2), out number);
        }

        if (digits.Length > 1 && digits[0] == '0' && digits.AsSpan().IndexOfAnyExceptInRange('0', '7') < 0)
        {
            foreach (char c in digits)
            {
                number = (number * 8) + (c - '0');
            }

            return true;
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(digits, Style, CultureInfo.InvariantCulture, out number);
    }

    static bool TryParseHex(ReadOnlySpan<char> digits, out double number)
    {
        number = 0;
        foreach (char c in digits)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }

            number = (number * 16) + Convert.ToInt32(c.ToString(), 16);
        }

        return digits.Length > 0;
    }

    void ReadText()
    {
        int start = _at;
        if (!QuotedText.TryRead(_text, ref _at, out string? value, out string? problem))
        {
            throw SyntaxError.At(_text, new TextSpan(start, Math.Max(1, _at - start)), problem!);
        }

        _tokens.Add(new Token(TokenKind.Text, new TextSpan(start, _at - start), value!));
    }

    void ReadSign(char c)
    {
        char next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        var (kind, length) = (c, next) switch
        {
            ('=', '=') => (TokenKind.EqualEqual, 2),
            ('=', '~') => (TokenKind.RegexMatch, 2),
            ('=', _) => (TokenKind.Assign, 1),
            ('!', '=') => (TokenKind.NotEqual, 2),
            ('!', '~') => (TokenKind.RegexNoMatch, 2),
            ('<', '/') => (TokenKind.TrimUpper, 2),
            ('>', '/') => (TokenKind.TrimLower, 2),
            ('<', '=') => (TokenKind.LessOrEqual, 2),
            ('<', _) => (TokenKind.Less, 1),
            ('>', '=') => (TokenKind.GreaterOrEqual, 2),
            ('>', _) => (TokenKind.Greater, 1),
            ('(', _) => (TokenKind.LeftParen, 1),
            (')', _) => (TokenKind.RightParen, 1),
            ('{', _) => (TokenKind.LeftBrace, 1),
            ('}', _) => (TokenKind.RightBrace, 1),
            ('[', _) => (TokenKind.LeftBracket, 1),
            (']', _) => (TokenKind.RightBracket, 1),
            (',', _) => (TokenKind.Comma, 1),
            (':', _) => (TokenKind.Colon, 1),
            ('@', _) => (TokenKind.At, 1),
            ('+', _) => (TokenKind.Plus, 1),
            ('-', _) => (TokenKind.Minus, 1),
            ('*', _) => (TokenKind.Star, 1),
            ('/', _) => (TokenKind.Slash, 1),
            ('%', _) => (TokenKind.Percent, 1),
            ('^', _) => (TokenKind.Caret, 1),
            _ => (TokenKind.End, 0),
        };
        if (length == 0)
        {
            string shown = char.IsControl(c) || char.IsSurrogate(c) ? $"U+{(int)c:X4}" : c.ToString();
            throw SyntaxError.At(_text, new TextSpan(_at, 1), $"unexpected character: '{shown}'");
        }

        _brackets += kind == TokenKind.LeftBracket ? 1 : kind == TokenKind.RightBracket && _brackets > 0 ? -1 : 0;
        _tokens.Add(new Token(kind, new TextSpan(_at, length), _text.Substring(_at, length)));
        _at += length;
    }
}
