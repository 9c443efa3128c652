// Hot path: once per sample on compressing and on reading. Budget: 3 ns.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>
/// Writes a double as an exact integer times a power: of ten (counted seconds, percentages) or of two (bytes in
/// pages). The integer stays below 2^53 and the power of ten below 10^10, so that one correctly rounded division
/// restores the very bits. Scale 0 to 9: value = m / 10^scale. Scale 17 to 56: value = m x 2^(scale - 16).
/// </summary>
static class DecimalScale
{
    public const int DecimalMax = 9;
    public const int BinaryBase = 16;
    public const int BinaryMax = BinaryBase + 40;

    const double MantissaLimit = 1L << 53;

    static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

    public static bool IsValid(int scale) => scale <= DecimalMax || (scale > BinaryBase && scale <= BinaryMax);

    /// <summary>
    /// The integer of a value at a scale; false where the value has none there (-0, NaN, infinity, more digits).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryToMantissa(double value, int scale, out long mantissa)
    {
        if (scale > BinaryBase)
        {
            mantissa = (long)value >> (scale - BinaryBase);
            return Math.Abs(value) < MantissaLimit && SameBits(mantissa << (scale - BinaryBase), value);
        }

        double power = Powers[scale];
        double scaled = value * power;
        mantissa = (long)Math.Round(scaled);
        return Math.Abs(scaled) < MantissaLimit && SameBits(mantissa / power, value);
    }

    /// <summary>Replaces integers, whose bits stand in the doubles, by the values they stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToValues(Span<double> values, int scale)
    {
        var numbers = MemoryMarshal.Cast<double, long>(values);
        bool isDecimal = scale <= DecimalMax;
        int shift = isDecimal ? 0 : scale - BinaryBase, i = 0;
        double power = isDecimal ? Powers[scale] : 1;
        var powers = new Vector<double>(power);
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var several = Vector.ConvertToDouble(new Vector<long>(numbers[i..]) << shift);
            (scale is > 0 and <= DecimalMax ? several / powers : several).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = (numbers[i] << shift) / power;
        }
    }

    /// <summary>
    /// The smallest power of ten, from a given one on, at which a value has an integer; -1 where there is none.
    /// </summary>
    public static int FindDecimal(double value, int from)
    {
        if (!double.IsFinite(value))
        {
            return -1;
        }

        for (int scale = from; scale <= DecimalMax; scale++)
        {
            if (TryToMantissa(value, scale, out _))
            {
                return scale;
            }
        }

        return -1;
    }

    /// <summary>
    /// The scale that suits all values, and how many of them it cannot express: the smallest sufficient power of ten,
    /// or for integers the largest common power of two.
    /// </summary>
    public static int Choose(ReadOnlySpan<double> values, out int misfits)
    {
        int scale = 0;
        foreach (double value in values)
        {
            int needed = FindDecimal(value, scale);
            scale = needed > scale ? needed : scale;
        }

        misfits = 0;
        long all = 0;
        foreach (double value in values)
        {
            if (TryToMantissa(value, scale, out long mantissa))
            {
                all |= mantissa;
            }
            else
            {
                misfits++;
            }
        }

        if (scale > 0 || all == 0)
        {
            return scale;
        }

        int shift = Math.Min(BitOperations.TrailingZeroCount(all), BinaryMax - BinaryBase);
        return shift == 0 ? 0 : BinaryBase + shift;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool SameBits(double a, double b) =>
        BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);
}
