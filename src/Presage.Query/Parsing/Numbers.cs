using System.Globalization;

namespace Presage.Query.Parsing;

/// <summary>Floating-point numbers as Prometheus prints them.</summary>
static class Numbers
{
    /// <summary>From which power of ten on the short form has an exponent.</summary>
    const int DigitsPlain = 6;

    /// <summary>The shortest text that reads back to the same value, without an exponent (Go's %f with -1).</summary>
    public static string Format(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsInfinity(value) ? (value > 0 ? "+Inf" : "-Inf")
        : Plain(value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>The shortest text, with an exponent below 1e-4 and from 1e6 (Go's %g with -1), for messages.</summary>
    public static string FormatShort(double value, int digitsPlain = DigitsPlain)
    {
        if (!double.IsFinite(value))
        {
            return Format(value);
        }

        string round = value.ToString("E16", CultureInfo.InvariantCulture);
        int exponent = int.Parse(round.AsSpan(round.IndexOf('E') + 1), CultureInfo.InvariantCulture);
        string plain = Format(value);
        if (value == 0 || (exponent >= -4 && exponent < digitsPlain))
        {
            return plain;
        }

        string digits = plain.TrimStart('-').Replace(".", "", StringComparison.Ordinal).Trim('0');
        return (value < 0 ? "-" : "") + digits[0] + (digits.Length > 1 ? "." + digits[1..] : "")
            + (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
    }

    /// <summary>As OpenMetrics writes the values of labels: whole numbers with <c>.0</c>.</summary>
    public static string FormatOpenMetrics(double value)
    {
        string text = FormatShort(value);
        return double.IsFinite(value) && !text.Contains('.') && !text.Contains('e') ? text + ".0" : text;
    }

    static string Plain(string text)
    {
        int at = text.IndexOf('E');
        if (at < 0)
        {
            return text;
        }

        int exponent = int.Parse(text.AsSpan(at + 1), CultureInfo.InvariantCulture);
        bool negative = text[0] == '-';
        string mantissa = text[(negative ? 1 : 0)..at];
        int point = mantissa.IndexOf('.');
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int place = (point < 0 ? mantissa.Length : point) + exponent;
        string plain = place <= 0 ? "0." + new string('0', -place) + digits
            : place >= digits.Length ? digits + new string('0', place - digits.Length)
            : digits[..place] + "." + digits[place..];
        return negative ? "-" + plain : plain;
    }
}
