// Hot path: once per sample of a series whose timestamps are irregular. Budget: 6 ns.
namespace Presage.Storage;

/// <summary>
/// A column of irregular timestamps that is being written. Each is predicted as its predecessor plus the interval; a
/// miss of more than an eighth makes the new distance the interval (a gap, another scrape interval), smaller ones are
/// jitter.
/// </summary>
struct TimeStream
{
    /// <summary>Bytes one timestamp takes at most (a broken run, the escape, 64 bits).</summary>
    public const int SampleBytesMax = 13;

    /// <summary>First Rice parameter: jitter of some ms.</summary>
    internal const int RiceStart = 3;

    /// <summary>First run parameter.</summary>
    internal const int RunStart = 2;

    AdaptiveRice _rice;
    long _previousMs;
    long _intervalMs;
    byte _pending;
    byte _pendingBits;

    public TimeStream(long firstMs, long intervalMs)
    {
        _rice = new AdaptiveRice(RiceStart, RunStart);
        _previousMs = firstMs;
        _intervalMs = intervalMs;
    }

    /// <summary>Appends a timestamp; returns the whole bytes written.</summary>
    public int Append(long timestampMs, Span<byte> destination)
    {
        long residual = timestampMs - _previousMs - _intervalMs;
        _intervalMs = NextInterval(_intervalMs, residual);
        _previousMs = timestampMs;
        var writer = new BitWriter(destination, _pending, _pendingBits);
        _rice.Append(ref writer, Varint.ZigZag(residual));
        _pending = writer.Pending;
        _pendingBits = (byte)writer.PendingBits;
        return writer.Length;
    }

    /// <summary>Completes the column; returns the bytes written.</summary>
    public int Finish(Span<byte> destination)
    {
        var writer = new BitWriter(destination, _pending, _pendingBits);
        _rice.Finish(ref writer);
        return writer.Length;
    }

    internal static long NextInterval(long intervalMs, long residualMs) =>
        residualMs > intervalMs >> 3 || residualMs < -(intervalMs >> 3) ? intervalMs + residualMs : intervalMs;
}
