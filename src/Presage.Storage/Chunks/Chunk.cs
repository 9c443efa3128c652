namespace Presage.Storage;

/// <summary>
/// Up to 240 samples of one series, compressed: one byte of format version, the length of the time column, the time
/// column, the value column. Every bit of every double comes back, NaN payloads and the sign of zero included.
/// </summary>
static class Chunk
{
    /// <summary>15 s samples of an hour, 1 s samples of four minutes; the largest chunk a reader accepts.</summary>
    public const int SamplesMax = 240;

    /// <summary>The format drawn in docs/formats/chunk.md.</summary>
    public const byte Version = 1;

    /// <summary>Version byte and length in front of the columns.</summary>
    public const int PrefixBytesMax = 1 + 5;

    /// <summary>Room for any chunk.</summary>
    public static int BytesMax { get; } =
        PrefixBytesMax + TimeColumn.BytesMax(SamplesMax) + ValueStream.BytesMax(SamplesMax);

    /// <summary>Writes a chunk of 1 to 240 samples, ascending in time; returns its length.</summary>
    public static int Write(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, Span<byte> destination)
    {
        Span<byte> time = stackalloc byte[TimeColumn.BytesMax(timestampsMs.Length)];
        int at = WritePrefix(destination, time[..TimeColumn.Write(timestampsMs, time)]);
        var stream = new ValueStream();
        at += stream.Begin(values, destination[at..]);
        return at + stream.Finish(destination[at..]);
    }

    /// <summary>Writes what stands in front of the value column; returns the bytes written.</summary>
    public static int WritePrefix(Span<byte> destination, ReadOnlySpan<byte> timeColumn)
    {
        destination[0] = Version;
        int at = 1 + Varint.Write(destination[1..], (ulong)timeColumn.Length);
        timeColumn.CopyTo(destination[at..]);
        return at + timeColumn.Length;
    }
}
