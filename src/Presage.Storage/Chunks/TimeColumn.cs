using System.Numerics;
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
        var head = ReadHead(column);
        firstMs = head.FirstMs;
        return head.Count;
    }

    /// <summary>What a column begins with; it has no samples where the bytes are none.</summary>
    public static TimeHead HeadOf(ReadOnlySpan<byte> column)
    {
        try
        {
            return ReadHead(column);
        }
        catch (CorruptDataException)
        {
            // Told when somebody asks for one of its chunks: the page's others are well.
            return default;
        }
    }

    /// <summary>Reads the timestamps; the destination has room for <see cref="ReadCount"/> of them.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    public static void Read(ReadOnlySpan<byte> column, Span<long> timestampsMs) =>
        Read(column, ReadHead(column), timestampsMs);

    /// <summary>The same where the head is known.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(ReadOnlySpan<byte> column, in TimeHead head, Span<long> timestampsMs)
    {
        int count = head.Count, at = head.StreamAt;
        long first = head.FirstMs, interval = head.IntervalMs;
        timestampsMs = timestampsMs[..count];
        timestampsMs[0] = first;
        if (head.IsRegular)
        {
            FillRegular(first, interval, timestampsMs);
            return;
        }

        Span<long> codes = stackalloc long[count - 1];
        Span<ushort> raw = stackalloc ushort[count - 1];
        var reader = new BitReader(column[at..]);
        var rice = new AdaptiveRice(TimeStream.RiceStart, TimeStream.RunStart);
        if (AdaptiveRiceReader.Read<NoPrediction>(ref reader, rice, 0, 0, codes, raw) > 0)
        {
            throw new CorruptDataException("A time column holds a raw value.");
        }

        for (int i = 1; i < count; i++)
        {
            long residual = Varint.UnZigZag((ulong)codes[i - 1]);
            first += interval + residual;
            interval = TimeStream.NextInterval(interval, residual);
            timestampsMs[i] = first;
        }
    }

    static void FillRegular(long first, long interval, Span<long> timestampsMs)
    {
        var next = new Vector<long>(first) + (Vector<long>.Indices * interval);
        var step = new Vector<long>(interval * Vector<long>.Count);
        int i = 0;
        for (; i <= timestampsMs.Length - Vector<long>.Count; i += Vector<long>.Count)
        {
            next.CopyTo(timestampsMs[i..]);
            next += step;
        }

        for (; i < timestampsMs.Length; i++)
        {
            timestampsMs[i] = first + (i * interval);
        }
    }

    /// <summary>What a column begins with.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    public static TimeHead ReadHead(ReadOnlySpan<byte> column)
    {
        if (column.IsEmpty || column[0] > Irregular)
        {
            throw new CorruptDataException("A time column is empty or of an unknown mode.");
        }

        int at = 1;
        int count = Varint.ReadBounded(column, ref at, Chunk.SamplesMax);
        long firstMs = Varint.UnZigZag(Varint.Read(column, ref at));
        ulong interval = Varint.Read(column, ref at);
        return count > 0 && interval <= long.MaxValue / 2
            ? new TimeHead(count, column[0] == Regular, firstMs, (long)interval, at)
            : throw new CorruptDataException("A time column has no samples or an impossible interval.");
    }
}
