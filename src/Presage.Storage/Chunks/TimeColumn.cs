using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>
/// The timestamps of a chunk, apart from its values, so that the chunks of one scrape can share them. Regular ones
/// are three numbers; irregular ones a <see cref="TimeStream"/>. Drawn format: docs/formats/chunk.md.
/// </summary>
static class TimeColumn
{
    const byte Regular = 0;
    const byte Irregular = 1;

    /// <summary>Bytes of a column without its stream.</summary>
    public const int HeaderBytesMax = 1 + (3 * Varint.LengthMax);

    /// <summary>Room that a column of that many samples needs at most.</summary>
    public static int BytesMax(int samples) =>
        HeaderBytesMax + (samples * TimeStream.SampleBytesMax) + (2 * BitWriter.SlackBytes);

    /// <summary>Writes the head of a column; for a regular one it is all of it. Returns the bytes written.</summary>
    public static int WriteHeader(Span<byte> destination, bool regular, int count, long firstMs, long intervalMs)
    {
        destination[0] = regular ? Regular : Irregular;
        int at = 1 + Varint.Write(destination[1..], (ulong)count);
        at += Varint.Write(destination[at..], Varint.ZigZag(firstMs));
        return at + Varint.Write(destination[at..], (ulong)intervalMs);
    }

    /// <summary>Whether all timestamps lie the same distance apart.</summary>
    public static bool IsRegular(ReadOnlySpan<long> timestampsMs)
    {
        for (int i = 2; i < timestampsMs.Length; i++)
        {
            if (timestampsMs[i] - timestampsMs[i - 1] != timestampsMs[1] - timestampsMs[0])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes ascending timestamps; returns the bytes written.</summary>
    public static int Write(ReadOnlySpan<long> timestampsMs, Span<byte> destination)
    {
        long first = timestampsMs[0];
        long interval = timestampsMs.Length > 1 ? timestampsMs[1] - first : 0;
        bool regular = IsRegular(timestampsMs);
        int at = WriteHeader(destination, regular, timestampsMs.Length, first, interval);
        if (regular)
        {
            return at;
        }

        var stream = new TimeStream(first, interval);
        foreach (long timestampMs in timestampsMs[1..])
        {
            at += stream.Append(timestampMs, destination[at..]);
        }

        return at + stream.Finish(destination[at..]);
    }

    /// <summary>The number of samples and the first timestamp, without decoding the others.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    public static int ReadCount(ReadOnlySpan<byte> column, out long firstMs)
    {
        int at = 0;
        return ReadHeader(column, ref at, out _, out firstMs, out _);
    }

    /// <summary>The last timestamp, where it can be told without decoding the others.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    public static bool TryReadLast(ReadOnlySpan<byte> column, out long lastMs)
    {
        int at = 0;
        int count = ReadHeader(column, ref at, out bool regular, out long first, out long interval);
        lastMs = regular ? first + ((count - 1) * interval) : long.MinValue;
        return regular;
    }

    /// <summary>Reads the timestamps; the destination has room for <see cref="ReadCount"/> of them.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(ReadOnlySpan<byte> column, Span<long> timestampsMs)
    {
        int at = 0;
        int count = ReadHeader(column, ref at, out bool regular, out long first, out long interval);
        timestampsMs[0] = first;
        if (regular)
        {
            for (int i = 1; i < count; i++)
            {
                timestampsMs[i] = first + (i * interval);
            }

            return;
        }

        Span<ulong> codes = stackalloc ulong[count - 1];
        Span<ushort> raw = stackalloc ushort[count - 1];
        var reader = new BitReader(column[at..]);
        var rice = new AdaptiveRice(TimeStream.RiceStart, TimeStream.RunStart);
        if (AdaptiveRiceReader.Read(ref reader, rice, codes, raw) > 0)
        {
            throw new CorruptDataException("A time column holds a raw value.");
        }

        for (int i = 1; i < count; i++)
        {
            long residual = Varint.UnZigZag(codes[i - 1]);
            first += interval + residual;
            interval = TimeStream.NextInterval(interval, residual);
            timestampsMs[i] = first;
        }
    }

    static int ReadHeader(
        ReadOnlySpan<byte> column, ref int at, out bool regular, out long firstMs, out long intervalMs)
    {
        if (column.IsEmpty || column[0] > Irregular)
        {
            throw new CorruptDataException("A time column is empty or of an unknown mode.");
        }

        regular = column[0] == Regular;
        at = 1;
        int count = Varint.ReadBounded(column, ref at, Chunk.SamplesMax);
        firstMs = Varint.UnZigZag(Varint.Read(column, ref at));
        ulong interval = Varint.Read(column, ref at);
        intervalMs = (long)interval;
        return count > 0 && interval <= long.MaxValue / 2
            ? count
            : throw new CorruptDataException("A time column has no samples or an impossible interval.");
    }
}
