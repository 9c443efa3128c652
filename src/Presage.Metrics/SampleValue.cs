namespace Presage.Metrics;

/// <summary>Values with a meaning of their own, and which of two values of one timestamp stays.</summary>
public static class SampleValue
{
    /// <summary>Bits of the NaN that ends a series (Prometheus staleness marker).</summary>
    public const long StaleMarkerBits = 0x7FF0_0000_0000_0002;

    /// <summary>The NaN that ends a series. Compare by <see cref="IsStale"/>; NaN never equals anything.</summary>
    public static double StaleMarker { get; } = BitConverter.Int64BitsToDouble(StaleMarkerBits);

    /// <summary>What stands in a column of values where the sample is a native histogram.</summary>
    public static double HistogramMark { get; } = BitConverter.Int64BitsToDouble(HistogramMarkBits);

    const long HistogramMarkBits = 0x7FF8_4849_5354_4F47;

    public static bool IsHistogramMark(double value) => BitConverter.DoubleToInt64Bits(value) == HistogramMarkBits;

    /// <summary>Whether a value is the staleness marker and not an ordinary NaN.</summary>
    public static bool IsStale(double value) => BitConverter.DoubleToInt64Bits(value) == StaleMarkerBits;

    /// <summary>
    /// Whether a value takes the place of another one of the same series and timestamp. A total order, so that the
    /// result is the same in whatever order samples, blocks and the journal are read, and however often: numbers beat
    /// NaN, the greater number the lesser, +0 beats -0; an ordinary NaN beats the staleness marker, and of two
    /// others the one with the greater bits stays. Equal bits beat nothing.
    /// </summary>
    public static bool Beats(double value, double other)
    {
        if (value > other)
        {
            return true;
        }

        if (value < other)
        {
            return false;
        }

        // Equal numbers (of which the zeros differ in their sign), or a NaN on one side at least.
        bool isNaN = double.IsNaN(value), otherIsNaN = double.IsNaN(other);
        if (isNaN != otherIsNaN)
        {
            return otherIsNaN;
        }

        if (!isNaN)
        {
            return double.IsNegative(other) && !double.IsNegative(value);
        }

        ulong bits = BitConverter.DoubleToUInt64Bits(value), otherBits = BitConverter.DoubleToUInt64Bits(other);
        bool isStale = IsStale(value), otherIsStale = IsStale(other);
        return isStale == otherIsStale ? bits > otherBits : otherIsStale;
    }
}
