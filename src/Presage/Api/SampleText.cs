// Hot path: runs per point of an answer; nothing is allocated.
using System.Buffers.Text;
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

        int at = 0;
        if (double.IsNegative(value))
        {
            destination[at++] = (byte)'-';
            value = -value;
        }

        var (number, scale) = ShortestDecimal.Of(value);
        Span<byte> digits = stackalloc byte[24];
        Utf8Formatter.TryFormat(number, digits, out int count);
        digits = digits[..count];
        int exponent = number == 0 ? 0 : count - 1 + scale;
        return at + (exponent is >= -6 and < 21
            ? WritePlain(destination[at..], digits, exponent)
            : WriteExponent(destination[at..], digits, exponent));
    }

    /// <summary>15 and 17 become 150000000000000000.</summary>
    static int WritePlain(Span<byte> destination, ReadOnlySpan<byte> digits, int exponent)
    {
        int at = 0, count = digits.Length;
        if (exponent < 0)
        {
            "0."u8.CopyTo(destination[at..]);
            at += 2;
            destination.Slice(at, -exponent - 1).Fill((byte)'0');
            at += -exponent - 1;
            digits.CopyTo(destination[at..]);
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

    /// <summary>As Go writes it: <c>1e+21</c>, <c>1.5e-7</c>.</summary>
    static int WriteExponent(Span<byte> destination, ReadOnlySpan<byte> digits, int exponent)
    {
        int at = 0;
        destination[at++] = digits[0];
        if (digits.Length > 1)
        {
            destination[at++] = (byte)'.';
            digits[1..].CopyTo(destination[at..]);
            at += digits.Length - 1;
        }

        destination[at++] = (byte)'e';
        destination[at++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(destination[at..], out int written, default, CultureInfo.InvariantCulture);
        return at + written;
    }
}
