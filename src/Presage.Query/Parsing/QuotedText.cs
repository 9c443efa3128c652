using System.Buffers;
using System.Globalization;
using System.Text;

namespace Presage.Query.Parsing;

/// <summary>
/// Quoted texts with Go's escapes. Bytes written as <c>\xC5</c> may form invalid UTF-8; each such byte becomes the lone
/// surrogate U+DC00 + byte, so that nothing is lost and a check for validity can find it.
/// </summary>
static class QuotedText
{
    /// <summary>Reads a text that starts with its quote at <paramref name="at"/> and moves behind it.</summary>
    public static bool TryRead(string source, ref int at, out string? value, out string? problem)
    {
        char quote = source[at++];
        value = problem = null;
        var text = new StringBuilder();
        var bytes = new List<byte>();
        while (at < source.Length)
        {
            char c = source[at];
            if (c == quote)
            {
                at++;
                Flush(bytes, text);
                value = text.ToString();
                return true;
            }

            if (c == '\n' && quote != '`')
            {
                break;
            }

            if (c == '\\' && quote != '`')
            {
                if (!TryReadEscape(source, ref at, quote, text, bytes, out problem))
                {
                    return false;
                }

                continue;
            }

            Flush(bytes, text);
            text.Append(c);
            at++;
        }

        problem = quote == '`' ? "unterminated raw string" : "unterminated quoted string";
        return false;
    }

    /// <summary>Writes a text in double quotes so that <see cref="TryRead"/> reads it back.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            bool pair = char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]);
            if (pair)
            {
                text.Append(c).Append(value[++i]);
                continue;
            }

            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                >= '\uDC80' and <= '\uDCFF' => $"\\x{c - 0xDC00:x2}",
                < ' ' or '\x7f' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }

    static bool TryReadEscape(
        string source, ref int at, char quote, StringBuilder text, List<byte> bytes, out string? problem)
    {
        problem = null;
        at++;
        char c = at < source.Length ? source[at++] : '\0';
        const string Letters = "abfnrtv\\", Values = "\a\b\f\n\r\t\v\\";
        int simple = Letters.IndexOf(c, StringComparison.Ordinal);
        if (simple >= 0 || c == quote)
        {
            Flush(bytes, text);
            text.Append(c == quote ? quote : Values[simple]);
            return true;
        }

        int length = c switch { 'x' => 2, 'u' => 4, 'U' => 8, >= '0' and <= '7' => 3, _ => 0 };
        if (length == 0)
        {
            problem = at >= source.Length && c == '\0' ? "escape sequence not terminated" : "unknown escape sequence";
            return false;
        }

        int from = c is 'x' or 'u' or 'U' ? at : at - 1;
        if (from + length > source.Length || !TryParseDigits(source.AsSpan(from, length), c, out uint number))
        {
            problem = "invalid escape sequence";
            return false;
        }

        at = from + length;
        if (c is 'u' or 'U')
        {
            if (!Rune.IsValid(number))
            {
                problem = "escape sequence is an invalid Unicode code point";
                return false;
            }

            Flush(bytes, text);
            text.Append(new Rune(number).ToString());
            return true;
        }

        bytes.Add((byte)number);
        return number <= 255;
    }

    static bool TryParseDigits(ReadOnlySpan<char> digits, char kind, out uint number)
    {
        if (kind is 'x' or 'u' or 'U')
        {
            return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }

        number = 0;
        foreach (char c in digits)
        {
            if (c is < '0' or > '7')
            {
                return false;
            }

            number = (number * 8) + (uint)(c - '0');
        }

        return number <= 255;
    }

    static void Flush(List<byte> bytes, StringBuilder text)
    {
        var rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(rest, out var rune, out int used) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                rest = rest[used..];
            }
            else
            {
                text.Append((char)(0xDC00 + rest[0]));
                rest = rest[1..];
            }
        }

        bytes.Clear();
    }
}
