using System.Runtime.CompilerServices;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Reads one chunk. The bytes may come from anywhere: whatever they hold, only the documented exception is thrown.
/// </summary>
readonly ref struct ChunkReader
{
    readonly ReadOnlySpan<byte> _time;
    readonly ReadOnlySpan<byte> _values;
    readonly TimeHead _head;

    /// <exception cref="CorruptDataException">The bytes are not a chunk.</exception>
    public ChunkReader(ReadOnlySpan<byte> chunk)
    {
        if (chunk.IsEmpty || chunk[0] != Chunk.Version)
        {
            throw new CorruptDataException(
                chunk.IsEmpty ? "A chunk is empty." : $"A chunk has the unknown format version {chunk[0]}.");
        }

        int at = 1;
        int timeLength = Varint.ReadBounded(chunk, ref at, chunk.Length);
        if (timeLength > chunk.Length - at)
        {
            throw new CorruptDataException("A chunk is cut short.");
        }

        _time = chunk.Slice(at, timeLength);
        _values = chunk[(at + timeLength)..];
        _head = TimeColumn.ReadHead(_time);
    }

    /// <summary>Reads a chunk whose columns lie apart, as in a page of a block.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a time column.</exception>
    public ChunkReader(ReadOnlySpan<byte> timeColumn, in TimeHead head, ReadOnlySpan<byte> valueColumn)
    {
        _time = timeColumn;
        _values = valueColumn;
        _head = head.Count > 0 ? head : TimeColumn.ReadHead(timeColumn);
    }

    /// <summary>Samples, 1 to 240.</summary>
    public int Count => _head.Count;

    /// <summary>The first timestamp.</summary>
    public long FirstMs => _head.FirstMs;

    /// <summary>The bytes of the time column.</summary>
    public ReadOnlySpan<byte> TimeBytes => _time;

    /// <summary>The bytes of the value column.</summary>
    public ReadOnlySpan<byte> ValueBytes => _values;

    /// <summary>Reads all samples; both destinations have room for <see cref="Count"/>.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a chunk of that many samples.</exception>
    public void Read(Span<long> timestampsMs, Span<double> values)
    {
        TimeColumn.Read(_time, _head, timestampsMs[..Count]);
        ValueColumn.Read(_values, values[..Count]);
    }

    /// <summary>Appends the samples to the columns that lie in the range.</summary>
    /// <exception cref="CorruptDataException">The bytes are not a chunk.</exception>
    [SkipLocalsInit]
    public void ReadInto(SampleColumns columns, TimeRange range)
    {
        if (_head.TryGetLast(out long lastMs) && lastMs < range.FromMs)
        {
            return;
        }

        if (FirstMs >= range.FromMs && lastMs <= range.ToMs && lastMs >= FirstMs)
        {
            // All of it is wanted: decoded where it is to be.
            columns.Extend(Count, out var allTimes, out var allValues);
            TimeColumn.Read(_time, _head, allTimes);
            ValueColumn.Read(_values, allValues);
            return;
        }

        Span<long> times = stackalloc long[Chunk.SamplesMax];
        TimeColumn.Read(_time, _head, times[..Count]);
        times = times[..Count];
        int from = 0, to = Count;
        while (from < to && times[from] < range.FromMs)
        {
            from++;
        }

        while (to > from && times[to - 1] > range.ToMs)
        {
            to--;
        }

        if (from == to)
        {
            return;
        }

        Span<double> values = stackalloc double[Chunk.SamplesMax];
        ValueColumn.Read(_values, values[..Count]);
        columns.Extend(to - from, out var targetTimes, out var targetValues);
        times[from..to].CopyTo(targetTimes);
        values[from..to].CopyTo(targetValues);
    }
}
