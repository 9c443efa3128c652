// Hot path: Append runs once per sample. Budget: 40 ns, compression included.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The hosts whose name hashes here: their open and closed chunks, and the index of their series. One writer appends
/// at a time; readers hold the lock for the copy of one series' chunks.
/// </summary>
sealed class Shard
{
    const long HourMs = 3_600_000;

    /// <summary>
    /// When a chunk is this long, its mode is chosen again: the first four samples were too few to judge by.
    /// </summary>
    const int ReconsiderAt = 32;

    readonly CellPool _cells;
    readonly Pool<ClosedChunk> _closed = new();
    readonly TimeColumns _times;
    readonly Pool<LateRun> _late = new();
    long _lateBytes;

    public Shard(int number, CellMemory memory)
    {
        Number = number;
        _cells = new CellPool(memory);
        Index = new HeadIndex(memory);
        _times = new TimeColumns(_cells);
    }

    public int Number { get; }

    /// <summary>Guards the chunks of this shard's series.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The labels of this shard's series; has a lock of its own.</summary>
    public HeadIndex Index { get; }

    /// <summary>
    /// Whether newest samples were forgotten because of a deletion since the store was opened: then what a series has
    /// as its newest may be older than chunks it closed before. The lock is held.
    /// </summary>
    public bool HasForgotten { get; set; }

    /// <summary>Memory of closed chunks: what an early flush would give back.</summary>
    public long ClosedBytes { get; private set; }

    public long Bytes => _cells.Bytes + _closed.Bytes + _times.Bytes + _late.Bytes + _lateBytes;

    /// <summary>Brings the cell into the cache that the next sample goes to.</summary>
    public void Prefetch(in HeadSeries series) => _cells.Prefetch(series.LastCell);

    /// <summary>Appends a sample. The lock is held.</summary>
    public AppendResult Append(ref HeadSeries series, long timestampMs, double value)
    {
        if (timestampMs <= series.LastMs)
        {
            return timestampMs < series.LastMs ? AppendResult.Older
                : BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(series.LastValue)
                    ? AppendResult.Duplicate : ReplaceLast(ref series, value);
        }

        if (series.Count > 0 &&
            (series.Count == Chunk.SamplesMax || timestampMs - series.LastMs >= series.HourLeftMs))
        {
            Close(ref series);
        }

        AppendTime(ref series, timestampMs);
        series.LastMs = timestampMs;
        series.Tail[series.TailCount] = value;
        series.Count++;
        if (++series.TailCount == HeadSeries.TailMax)
        {
            Compress(ref series);
        }

        return AppendResult.Appended;
    }

    /// <summary>
    /// Stores a sample that is older than the newest. Samples of its timestamp in the run of late ones meet it; those
    /// in chunks do when they are read or flushed. The lock is held.
    /// </summary>
    public AppendResult AddLate(ref HeadSeries series, long timestampMs, double value)
    {
        if (series.Late != 0 && _late[series.Late].IsFull)
        {
            CloseLate(ref series);
        }

        if (series.Late == 0)
        {
            series.Late = _late.Take();
        }

        ref var run = ref _late[series.Late];
        int before = LateRun.BytesOf(run.Count);
        var result = run.Add(timestampMs, value);
        _lateBytes += LateRun.BytesOf(run.Count) - before;
        return result;
    }

    /// <summary>
    /// Closes the open chunk, and the run of late samples, when it began before the given time. The lock is held.
    /// </summary>
    public void CloseBefore(ref HeadSeries series, long beforeMs)
    {
        if (series.Count > 0 && series.FirstMs < beforeMs)
        {
            Close(ref series);
        }

        if (series.Late != 0 && _late[series.Late].FirstMs < beforeMs)
        {
            CloseLate(ref series);
        }
    }

    /// <summary>
    /// Marks the closed chunks that began in a span of time for a flush; returns how many there are. The lock is held.
    /// </summary>
    public int MarkFlushing(ref HeadSeries series, long fromMs, long toMs)
    {
        int marked = 0;
        for (int number = series.Closed; number != 0;)
        {
            ref var chunk = ref _closed[number];
            if (chunk.FirstMs >= fromMs && chunk.FirstMs < toMs)
            {
                chunk.IsFlushing = true;
                marked++;
            }

            number = chunk.Previous;
        }

        return marked;
    }

    /// <summary>Adds the hours (since 1970) of the closed chunks that began before a time. The lock is held.</summary>
    public void HoursBefore(ref HeadSeries series, long beforeMs, SortedSet<long> hours)
    {
        for (int number = series.Closed; number != 0; number = _closed[number].Previous)
        {
            long firstMs = _closed[number].FirstMs;
            if (firstMs < beforeMs)
            {
                hours.Add(HourOf(firstMs));
            }
        }
    }

    /// <summary>No sample of a series outside of closed chunks is older. The lock is held.</summary>
    public long OldestOpenMs(in HeadSeries series) => Math.Min(
        series.Count > 0 ? series.FirstMs : long.MaxValue,
        series.Late != 0 ? _late[series.Late].FirstMs : long.MaxValue);

    /// <summary>Whether chunks of a series overlap a range. The lock is held.</summary>
    public bool Holds(in HeadSeries series, TimeRange range)
    {
        bool holds = (series.Count > 0 && series.FirstMs <= range.ToMs && series.LastMs >= range.FromMs) ||
            (series.Late != 0 && _late[series.Late].FirstMs <= range.ToMs &&
                _late[series.Late].LastMs >= range.FromMs);
        for (int number = series.Closed; number != 0 && !holds; number = _closed[number].Previous)
        {
            holds = _closed[number].FirstMs <= range.ToMs && _closed[number].LastMs >= range.FromMs;
        }

        return holds;
    }

    /// <summary>
    /// Ends a flush of a series: its marked chunks leave (their block is readable), or stay when the flush failed.
    /// The lock is held.
    /// </summary>
    public void EndFlush(ref HeadSeries series, bool written)
    {
        int later = 0;
        for (int number = series.Closed; number != 0;)
        {
            ref var chunk = ref _closed[number];
            int previous = chunk.Previous;
            if (chunk.IsFlushing && written)
            {
                _cells.Free(chunk.FirstCell, chunk.LastCell);
                if (chunk.Times != 0)
                {
                    _times.Release(chunk.Times);
                }

                ClosedBytes -= BytesOf(chunk);
                _closed.Return(number);
                if (later == 0)
                {
                    series.Closed = previous;
                }
                else
                {
                    _closed[later].Previous = previous;
                }
            }
            else
            {
                chunk.IsFlushing = false;
                later = number;
            }

            number = previous;
        }
    }

    /// <summary>
    /// Copies the chunks of a series that overlap a range, those last that were closed last; late samples may lie in
    /// chunks that overlap others. The lock is held.
    /// </summary>
    public void CopyTo(ref HeadSeries series, long fromMs, long toMs, bool flushingOnly, ChunkCopies copies)
    {
        int first = copies.Count;
        if (series.Late != 0 && !flushingOnly)
        {
            _late[series.Late].CopyTo(fromMs, toMs, copies);
        }

        if (series.Count > 0 && !flushingOnly && series.FirstMs <= toMs && series.LastMs >= fromMs)
        {
            CopyOpen(ref series, copies);
        }

        for (int number = series.Closed; number != 0;)
        {
            ref var chunk = ref _closed[number];
            if (chunk.FirstMs <= toMs && chunk.LastMs >= fromMs && (!flushingOnly || chunk.IsFlushing))
            {
                CopyClosed(ref chunk, copies);
            }

            number = chunk.Previous;
        }

        copies.Reverse(first);
    }

    AppendResult ReplaceLast(ref HeadSeries series, double value)
    {
        if (SampleValue.Beats(value, series.LastValue))
        {
            series.LastValue = value;
            if (series.TailCount == 0)
            {
                // Its chunk is compressed, closed or in a block: the winner lies beside it.
                AddLate(ref series, series.LastMs, value);
            }
        }

        return AppendResult.Conflicting;
    }

    void AppendTime(ref HeadSeries series, long timestampMs)
    {
        if (series.Count == 0)
        {
            series.FirstMs = timestampMs;
            long intoHour = timestampMs % HourMs;
            series.HourLeftMs = (int)(HourMs - (intoHour < 0 ? intoHour + HourMs : intoHour));
            return;
        }

        int sinceLast = (int)(timestampMs - series.LastMs);
        series.HourLeftMs -= sinceLast;
        if (series.Times != 0)
        {
            series.Times = _times.Append(series.Times, series, timestampMs);
        }
        else if (series.Count == 1)
        {
            series.IntervalMs = sinceLast;
        }
        else if (sinceLast != series.IntervalMs)
        {
            series.Times = _times.Begin(series, timestampMs);
        }
    }

    void Compress(ref HeadSeries series)
    {
        if (series.TailCount == 0)
        {
            return;
        }

        ReadOnlySpan<double> tail = series.Tail;
        tail = tail[..series.TailCount];
        int written = series.Compressed;
        Span<byte> bytes = stackalloc byte[ValueStream.BytesMax(HeadSeries.TailMax)];
        if (written == 0)
        {
            var stream = new ValueStream();
            int length = stream.Begin(tail, bytes);
            series.Values = stream;
            AppendValues(ref series, bytes[..length]);
        }
        else
        {
            // Half a byte a sample is good already; beyond it a better mode may exist.
            bool reconsider = written == ReconsiderAt && series.ValueBytes > ReconsiderAt / 2;
            var stream = series.Values;
            if (!reconsider && stream.TryAppend(tail, written, bytes, out int length))
            {
                series.Values = stream;
                AppendValues(ref series, bytes[..length]);
            }
            else
            {
                Rewrite(ref series, tail);
            }
        }

        // Its last place keeps the newest value.
        series.Tail[HeadSeries.TailMax - 1] = tail[^1];
        series.TailCount = 0;
    }

    /// <summary>Writes the value column anew, in the mode and scale that suit all its values.</summary>
    void Rewrite(ref HeadSeries series, ReadOnlySpan<double> tail)
    {
        Span<double> values = stackalloc double[Chunk.SamplesMax];
        Span<byte> bytes = stackalloc byte[ValueStream.BytesMax(Chunk.SamplesMax)];
        int written = series.Compressed;
        int length = CopyValues(series.FirstCell, series.ValueBytes, series.Values, bytes);
        ValueColumn.Read(bytes[..length], values[..written]);
        tail.CopyTo(values[written..]);

        var stream = new ValueStream();
        length = stream.Begin(values[..(written + tail.Length)], bytes);
        _cells.Free(series.FirstCell, series.LastCell);
        series.FirstCell = 0;
        series.LastCell = 0;
        series.ValueBytes = 0;
        series.Values = stream;
        AppendValues(ref series, bytes[..length]);
    }

    void AppendValues(ref HeadSeries series, ReadOnlySpan<byte> bytes)
    {
        _cells.Append(ref series.FirstCell, ref series.LastCell, series.ValueBytes, bytes);
        series.ValueBytes += bytes.Length;
    }

    void Close(ref HeadSeries series)
    {
        Compress(ref series);
        Span<byte> bytes = stackalloc byte[2 * BitWriter.SlackBytes];
        var stream = series.Values;
        AppendValues(ref series, bytes[..stream.Finish(bytes)]);
        int timeBytes = series.Times != 0 ? _times.Close(series.Times) : 0;
        int number = _closed.Take();
        _closed[number] = new ClosedChunk
        {
            Previous = series.Closed,
            FirstCell = series.FirstCell,
            LastCell = series.LastCell,
            ValueBytes = series.ValueBytes,
            IntervalMs = series.IntervalMs,
            Times = series.Times,
            FirstMs = series.FirstMs,
            LengthMs = (int)(series.LastMs - series.FirstMs),
            Count = series.Count,
            TimeBytes = (ushort)timeBytes,
        };
        ClosedBytes += BytesOf(_closed[number]);
        series.Closed = number;
        series.FirstCell = 0;
        series.LastCell = 0;
        series.ValueBytes = 0;
        series.IntervalMs = 0;
        series.Times = 0;
        series.Count = 0;
        Debug.Assert(series.TailCount == 0, "Closing compresses the tail.");
    }

    /// <summary>Turns the run of late samples into chunks, one for each hour it touches.</summary>
    void CloseLate(ref HeadSeries series)
    {
        Span<long> times = stackalloc long[LateRun.SamplesMax];
        Span<double> values = stackalloc double[LateRun.SamplesMax];
        var samples = _late[series.Late].Samples;
        int count = 0;
        foreach (var (timestampMs, value) in samples)
        {
            if (count > 0 && HourOf(timestampMs) != HourOf(times[0]))
            {
                AddClosed(ref series, times[..count], values[..count]);
                count = 0;
            }

            times[count] = timestampMs;
            values[count++] = value;
        }

        AddClosed(ref series, times[..count], values[..count]);
        _lateBytes -= LateRun.BytesOf(samples.Length);
        _late.Return(series.Late);
        series.Late = 0;
    }

    /// <summary>Adds a chunk of samples at hand, beside the open one.</summary>
    void AddClosed(ref HeadSeries series, ReadOnlySpan<long> times, ReadOnlySpan<double> values)
    {
        Span<byte> bytes = stackalloc byte[ValueStream.BytesMax(LateRun.SamplesMax)];
        var stream = new ValueStream();
        int length = stream.Begin(values, bytes);
        length += stream.Finish(bytes[length..]);
        var chunk = new ClosedChunk
        {
            Previous = series.Closed,
            ValueBytes = length,
            IntervalMs = times.Length > 1 ? (int)(times[1] - times[0]) : 0,
            FirstMs = times[0],
            LengthMs = (int)(times[^1] - times[0]),
            Count = (ushort)times.Length,
        };
        _cells.Append(ref chunk.FirstCell, ref chunk.LastCell, 0, bytes[..length]);
        if (!TimeColumn.IsRegular(times))
        {
            chunk.Times = _times.Make(times);
        }

        series.Closed = _closed.Take();
        _closed[series.Closed] = chunk;
        ClosedBytes += BytesOf(chunk);
    }

    void CopyOpen(ref HeadSeries series, ChunkCopies copies)
    {
        var place = copies.Add(series.Count, series.Compressed, series.FirstMs, series.LastMs);
        place.Time(TimeBytes(series.Times, true, series.Count, series.FirstMs, series.IntervalMs, place.TimeRoom));
        place.Values(series.Compressed == 0
            ? 0
            : CopyValues(series.FirstCell, series.ValueBytes, series.Values, place.ValueRoom(series.ValueBytes)));
        place.Tail(((ReadOnlySpan<double>)series.Tail)[..series.TailCount]);
    }

    void CopyClosed(ref ClosedChunk chunk, ChunkCopies copies)
    {
        var place = copies.Add(chunk.Count, chunk.Count, chunk.FirstMs, chunk.LastMs);
        place.Time(TimeBytes(chunk.Times, false, chunk.Count, chunk.FirstMs, chunk.IntervalMs, place.TimeRoom));
        _cells.CopyTo(chunk.FirstCell, chunk.ValueBytes, place.ValueRoom(chunk.ValueBytes));
        place.Values(chunk.ValueBytes);
    }

    /// <summary>Copies a value column that is still open and completes the copy; returns its length.</summary>
    int CopyValues(int firstCell, int length, ValueStream stream, Span<byte> destination)
    {
        _cells.CopyTo(firstCell, length, destination);
        return length + stream.Finish(destination[length..]);
    }

    int TimeBytes(int times, bool open, int count, long firstMs, int intervalMs, Span<byte> destination) => times == 0
        ? TimeColumn.WriteHeader(destination, true, count, firstMs, intervalMs)
        : _times.Write(times, open, count, destination);

    static int BytesOf(in ClosedChunk chunk) =>
        Unsafe.SizeOf<ClosedChunk>() + chunk.TimeBytes + CellPool.BytesOf(chunk.ValueBytes);

    static long HourOf(long timestampMs) => (timestampMs - (((timestampMs % HourMs) + HourMs) % HourMs)) / HourMs;
}
