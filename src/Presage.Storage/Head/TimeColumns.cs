// Hot path: once per sample of a series whose timestamps are irregular. Budget: 6 ns.
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>
/// The irregular timestamps of a shard's chunks. The series of one scrape have the same ones, and get one column
/// together: it is looked for among the newest of the host when a chunk turns out irregular, and when it leaves the
/// column it was in. A column only ever gets longer, so a chunk is its first <c>Count</c> timestamps, whatever the
/// others do. Guarded by the shard's lock.
/// </summary>
sealed class TimeColumns(CellPool cells)
{
    const int OffsetsAtFirst = 16;

    readonly Pool<IrregularTimes> _columns = new();
    readonly Dictionary<int, NewestColumns> _newest = [];
    long _offsetBytes;

    public long Bytes => _columns.Bytes + _offsetBytes;

    /// <summary>
    /// Gives a chunk with regular timestamps so far a column, with one more that breaks the rule.
    /// </summary>
    public int Begin(in HeadSeries series, long timestampMs)
    {
        Span<long> times = stackalloc long[Chunk.SamplesMax];
        for (int i = 0; i < series.Count; i++)
        {
            times[i] = series.FirstMs + ((long)i * series.IntervalMs);
        }

        times[series.Count] = timestampMs;
        return FindOrMake(series.Host, times[..(series.Count + 1)]);
    }

    /// <summary>
    /// Appends a timestamp to those a chunk has; returns the column it has then, which may be another one.
    /// </summary>
    public int Append(int number, in HeadSeries series, long timestampMs)
    {
        ref var column = ref _columns[number];
        if (column.Offsets is null)
        {
            AppendAlone(ref column, timestampMs);
            return number;
        }

        int offset = (int)(timestampMs - column.FirstMs);
        int place = series.Count;
        if (place == column.Count)
        {
            AppendShared(ref column, offset);
            return number;
        }

        return column.Offsets[place] == offset ? number : Leave(number, place, timestampMs);
    }

    /// <summary>A complete column for one chunk that is closed already.</summary>
    public int Make(ReadOnlySpan<long> times)
    {
        int number = _columns.Take();
        ref var column = ref _columns[number];
        Fill(ref column, times);
        Finish(ref column);
        return number;
    }

    /// <summary>The chunk is complete. Returns the memory that only it takes.</summary>
    public int Close(int number)
    {
        ref var column = ref _columns[number];
        if (column.Offsets is not null)
        {
            return 0;
        }

        Forget(column.Host, number);
        Finish(ref column);
        return Unsafe.SizeOf<IrregularTimes>() + column.Bytes;
    }

    /// <summary>A chunk with this column is gone.</summary>
    public void Release(int number)
    {
        ref var column = ref _columns[number];
        if (--column.Users > 0)
        {
            return;
        }

        Forget(column.Host, number);
        if (column.Offsets is { } offsets)
        {
            _offsetBytes -= BytesOf(offsets);
        }
        else
        {
            cells.Free(column.FirstCell, column.LastCell);
        }

        _columns.Return(number);
    }

    /// <summary>Writes the time column of a chunk; returns its length.</summary>
    public int Write(int number, bool open, int count, Span<byte> destination)
    {
        ref var column = ref _columns[number];
        if (column.Offsets is null)
        {
            int at = TimeColumn.WriteHeader(destination, false, count, column.FirstMs, column.IntervalMs);
            cells.CopyTo(column.FirstCell, column.Bytes, destination[at..]);
            at += column.Bytes;
            var stream = column.Stream;
            return open ? at + stream.Finish(destination[at..]) : at;
        }

        Span<long> times = stackalloc long[Chunk.SamplesMax];
        CopyTo(ref column, count, times);
        return TimeColumn.Write(times[..count], destination);
    }

    /// <summary>Goes on in another column: the one that has the same timestamps so far, and this one next.</summary>
    int Leave(int number, int count, long timestampMs)
    {
        Span<long> times = stackalloc long[Chunk.SamplesMax];
        CopyTo(ref _columns[number], count, times);
        times[count] = timestampMs;
        int host = _columns[number].Host;
        Release(number);
        return FindOrMake(host, times[..(count + 1)]);
    }

    int FindOrMake(int host, ReadOnlySpan<long> times)
    {
        if (_newest.TryGetValue(host, out var newest))
        {
            for (int i = 0; i < NewestColumns.Max; i++)
            {
                int known = newest.At(i);
                if (known != 0 && TryJoin(ref _columns[known], times))
                {
                    return known;
                }
            }
        }
        else
        {
            _newest.Add(host, newest = new NewestColumns());
        }

        int number = _columns.Take();
        ref var column = ref _columns[number];
        column.Host = host;
        Fill(ref column, times);
        newest.Add(number);
        return number;
    }

    /// <summary>
    /// Joins a column that holds the timestamps, or all but the last and ends there. It is shared from then on.
    /// </summary>
    bool TryJoin(ref IrregularTimes column, ReadOnlySpan<long> times)
    {
        if (column.FirstMs != times[0] || column.FirstMs + column.IntervalMs != times[1] ||
            column.Count < times.Length - 1)
        {
            return false;
        }

        Span<long> known = stackalloc long[Chunk.SamplesMax];
        int count = Math.Min(column.Count, times.Length);
        CopyTo(ref column, column.Offsets is null ? column.Count : count, known);
        if (!known[..count].SequenceEqual(times[..count]))
        {
            return false;
        }

        if (column.Offsets is null)
        {
            Share(ref column, known[..column.Count]);
        }

        if (count < times.Length)
        {
            AppendShared(ref column, (int)(times[^1] - column.FirstMs));
        }

        column.Users++;
        return true;
    }

    void Share(ref IrregularTimes column, ReadOnlySpan<long> times)
    {
        cells.Free(column.FirstCell, column.LastCell);
        column.FirstCell = column.LastCell = column.Bytes = 0;
        column.Offsets = new int[Math.Max(OffsetsAtFirst, Math.Min(times.Length * 2, Chunk.SamplesMax))];
        _offsetBytes += BytesOf(column.Offsets);
        for (int i = 0; i < times.Length; i++)
        {
            column.Offsets[i] = (int)(times[i] - column.FirstMs);
        }
    }

    void AppendShared(ref IrregularTimes column, int offset)
    {
        if (column.Count == column.Offsets!.Length)
        {
            _offsetBytes -= BytesOf(column.Offsets);
            Array.Resize(ref column.Offsets, Math.Min(column.Count * 2, Chunk.SamplesMax));
            _offsetBytes += BytesOf(column.Offsets);
        }

        Debug.Assert(offset > column.Offsets[column.Count - 1], "Chunks only get newer timestamps.");
        column.Offsets[column.Count++] = offset;
    }

    void Fill(ref IrregularTimes column, ReadOnlySpan<long> times)
    {
        column.FirstMs = times[0];
        column.IntervalMs = (int)(times[1] - times[0]);
        column.Stream = new TimeStream(column.FirstMs, column.IntervalMs);
        column.Users = 1;
        column.Count = 1;
        foreach (long timestampMs in times[1..])
        {
            AppendAlone(ref column, timestampMs);
        }
    }

    void AppendAlone(ref IrregularTimes column, long timestampMs)
    {
        Span<byte> bytes = stackalloc byte[TimeStream.SampleBytesMax + BitWriter.SlackBytes];
        int length = column.Stream.Append(timestampMs, bytes);
        cells.Append(ref column.FirstCell, ref column.LastCell, column.Bytes, bytes[..length]);
        column.Bytes += length;
        column.Count++;
    }

    void Finish(ref IrregularTimes column)
    {
        Span<byte> bytes = stackalloc byte[2 * BitWriter.SlackBytes];
        int length = column.Stream.Finish(bytes);
        cells.Append(ref column.FirstCell, ref column.LastCell, column.Bytes, bytes[..length]);
        column.Bytes += length;
    }

    /// <summary>Copies the first timestamps; all of them where the column is one open chunk's alone.</summary>
    void CopyTo(ref IrregularTimes column, int count, Span<long> times)
    {
        if (column.Offsets is { } offsets)
        {
            for (int i = 0; i < count; i++)
            {
                times[i] = column.FirstMs + offsets[i];
            }

            return;
        }

        Debug.Assert(count == column.Count, "A compressed column is read whole.");
        Span<byte> bytes = stackalloc byte[TimeColumn.BytesMax(Chunk.SamplesMax)];
        int at = TimeColumn.WriteHeader(bytes, false, count, column.FirstMs, column.IntervalMs);
        cells.CopyTo(column.FirstCell, column.Bytes, bytes[at..]);
        at += column.Bytes;
        var stream = column.Stream;
        at += stream.Finish(bytes[at..]);
        TimeColumn.Read(bytes[..at], times);
    }

    void Forget(int host, int number)
    {
        if (_newest.TryGetValue(host, out var newest) && newest.Remove(number) && newest.IsEmpty)
        {
            _newest.Remove(host);
        }
    }

    static int BytesOf(int[] offsets) => 24 + (offsets.Length * sizeof(int));

    /// <summary>The columns of a host that were begun last: others are not looked for.</summary>
    sealed class NewestColumns
    {
        /// <summary>Scrapes of one host that may begin their chunks at the same time.</summary>
        public const int Max = 8;

        Numbers _numbers;
        int _next;

        public bool IsEmpty => !((ReadOnlySpan<int>)_numbers).ContainsAnyExcept(0);

        /// <summary>A column's number, 0 for none; the newest is at 0.</summary>
        public int At(int age) => _numbers[(_next - 1 - age) & (Max - 1)];

        public void Add(int number) => _numbers[_next++ & (Max - 1)] = number;

        public bool Remove(int number)
        {
            int at = ((ReadOnlySpan<int>)_numbers).IndexOf(number);
            if (at >= 0)
            {
                _numbers[at] = 0;
            }

            return at >= 0;
        }

        [InlineArray(Max)]
        struct Numbers
        {
            int _first;
        }
    }
}
