// Hot path: runs per point of an answer; nothing is allocated.
using System.Globalization;

namespace Presage.Api;

/// <summary>
/// Writes a value as Prometheus' API does: the shortest digits that read back to the same double, without an exponent
/// between 1e-6 and 1e21.
/// </summary>
static class SampleText
{
    /// <summary>Longest: sign, 17 digits, "0.00000" in front or zeros up to 21 digits behind.</summary>
    public const int LengthMax = 40;

    /// <summary>The text of a value, for what is written seldom.</summary>
    public static string Of(double value)
    {
        Span<byte> text = stackalloc byte[LengthMax];
        return System.Text.Encoding.ASCII.GetString(text[..Write(text, value)]);
    }

    /// <summary>Writes the text; returns its length.</summary>
    public static int Write(Span<byte> destination, double value)
    {
        if (!double.IsFinite(value))
        {
            var word = double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8;
            word.CopyTo(destination);
            return word.Length;
        }

        Span<byte> shortest = stackalloc byte[32];
        value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        shortest = shortest[..length];
        int exponentAt = shortest.IndexOf((byte)'E');
        if (exponentAt < 0)
        {
            shortest.CopyTo(destination);
            return length;
        }

        int exponent =
            int.Parse(shortest[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return exponent is >= -6 and < 21
            ? WritePlain(destination, shortest[..exponentAt], exponent)
            : WriteExponent(destination, shortest[..exponentAt], exponent);
    }

    /// <summary><c>1.5</c> and 17 become 150000000000000000.</summary>
    static int WritePlain(Span<byte> destination, ReadOnlySpan<byte> mantissa, int exponent)
    {
        int at = 0;
        if (mantissa[0] == (byte)'-')
        {
            destination[at++] = (byte)'-';
            mantissa = mantissa[1..];
        }

        Span<byte> digits = stackalloc byte[24];
        int count = 0;
        foreach (byte c in mantissa)
        {
            if (c != (byte)'.')
            {
                digits[count++] = c;
            }
        }

        if (exponent < 0)
        {
            "0."u8.CopyTo(destination[at..]);
            at += 2;
            destination.Slice(at, -exponent - 1).Fill((byte)'0');
            at += -exponent - 1;
            digits[..count].CopyTo(destination[at..]);
            return at + count;
        }

        int whole = exponent + 1;
        digits[..Math.Min(count, whole)].CopyTo(destination[at..]);
        at += Math.Min(count, whole);
        if (count <= whole)
        {
            destination.Slice(at, whole - count).Fill((byte)'0');
            return at + whole - count;
        }

        destination[at++] = (byte)'.';
        digits[whole..count].CopyTo(destination[at..]);
        return at + count - whole;
    }

    /// <summary>As Go writes it: <c>1e+21</c>, <c>1e-7</c>.</summary>
    static int WriteExponent(Span<byte> destination, ReadOnlySpan<byte> mantissa, int exponent)
    {
        mantissa.CopyTo(destination);
        int at = mantissa.Length;
        destination[at++] = (byte)'e';
        destination[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(destination[at..], out int written, default, CultureInfo.InvariantCulture);
        return at + written;
    }
}
