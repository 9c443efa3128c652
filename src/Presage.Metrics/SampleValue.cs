namespace Presage.Metrics;

/// <summary>Values with a meaning of their own.</summary>
public static class SampleValue
{
    /// <summary>Bits of the NaN that ends a series (Prometheus staleness marker).</summary>
    public const long StaleMarkerBits = 0x7FF0_0000_0000_0002;

    /// <summary>The NaN that ends a series. Compare by <see cref="IsStale"/>; NaN never equals anything.</summary>
    public static double StaleMarker { get; } = BitConverter.Int64BitsToDouble(StaleMarkerBits);

    /// <summary>Whether a value is the staleness marker and not an ordinary NaN.</summary>
    public static bool IsStale(double value) => BitConverter.DoubleToInt64Bits(value) == StaleMarkerBits;
}
