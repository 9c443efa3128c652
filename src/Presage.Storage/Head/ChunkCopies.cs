using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Chunks copied out of the head under its lock, decoded afterwards. Reused from series to series; not thread-safe.
/// </summary>
sealed class ChunkCopies
{
    readonly List<Copy> _copies = [];
    byte[] _bytes = new byte[4096];
    int _length;

    public int Count => _copies.Count;

    public void Clear()
    {
        _copies.Clear();
        _length = 0;
    }

    /// <summary>
    /// Begins a copy of a chunk; <paramref name="compressed"/> of its samples are in the value column.
    /// </summary>
    public Place Add(int count, int compressed, long firstMs, long lastMs)
    {
        _copies.Add(new Copy
        {
            Count = count,
            Compressed = compressed,
            FirstMs = firstMs,
            LastMs = lastMs,
            TimeAt = _length,
        });
        return new Place(this);
    }

    /// <summary>Turns the copies from the given one on around: the head lists its chunks newest first.</summary>
    public void Reverse(int from) => _copies.Reverse(from, _copies.Count - from);

    /// <summary>The time column of a copy.</summary>
    public ReadOnlySpan<byte> TimeOf(int index) => _bytes.AsSpan(_copies[index].TimeAt, _copies[index].TimeLength);

    /// <summary>What there is to say of a copy's samples.</summary>
    public ChunkSpan SpanOf(int index) => new(_copies[index].Count, _copies[index].FirstMs, _copies[index].LastMs);

    /// <summary>The value column of a copy.</summary>
    public ReadOnlySpan<byte> ValuesOf(int index) =>
        _bytes.AsSpan(_copies[index].ValuesAt, _copies[index].ValuesLength);

    /// <summary>Whether every copy begins after the one before ended: late samples make them overlap.</summary>
    public bool AreAscending
    {
        get
        {
            for (int i = 1; i < _copies.Count; i++)
            {
                if (_copies[i].FirstMs <= _copies[i - 1].LastMs)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Begins anew with the given samples, ascending in time, as chunks in their order.</summary>
    public void Replace(SampleColumns columns)
    {
        Clear();
        for (int from = 0; from < columns.Count; from += Chunk.SamplesMax)
        {
            int to = Math.Min(from + Chunk.SamplesMax, columns.Count);
            var times = columns.TimestampsMs[from..to];
            var place = Add(to - from, to - from, times[0], times[^1]);
            place.Time(TimeColumn.Write(times, place.TimeRoom));
            var stream = new ValueStream();
            var room = place.ValueRoom(ValueStream.BytesMax(to - from));
            int length = stream.Begin(columns.Values[from..to], room);
            place.Values(length + stream.Finish(room[length..]));
        }
    }

    /// <summary>Appends the samples of a copy that lie in the range.</summary>
    public void ReadInto(int index, SampleColumns columns, TimeRange range)
    {
        var copy = _copies[index];
        Span<long> times = stackalloc long[Chunk.SamplesMax];
        Span<double> values = stackalloc double[Chunk.SamplesMax];
        TimeColumn.Read(TimeOf(index), times);
        if (copy.Compressed > 0)
        {
            ValueColumn.Read(ValuesOf(index), values[..copy.Compressed]);
        }

        for (int i = copy.Compressed; i < copy.Count; i++)
        {
            values[i] = BitConverter.ToDouble(_bytes, copy.TailAt + ((i - copy.Compressed) * sizeof(double)));
        }

        int from = 0, to = copy.Count;
        while (from < to && times[from] < range.FromMs)
        {
            from++;
        }

        while (to > from && times[to - 1] > range.ToMs)
        {
            to--;
        }

        columns.Extend(to - from, out var targetTimes, out var targetValues);
        times[from..to].CopyTo(targetTimes);
        values[from..to].CopyTo(targetValues);
    }

    Span<byte> Room(int bytes)
    {
        if (_length + bytes > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + bytes, _bytes.Length * 2));
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>
    /// Where one chunk is being copied to, column by column: room first, then how much of it was used.
    /// </summary>
    public readonly ref struct Place(ChunkCopies copies)
    {
        public Span<byte> TimeRoom => copies.Room(TimeColumn.BytesMax(Chunk.SamplesMax));

        public Span<byte> ValueRoom(int bytes) => copies.Room(bytes + (2 * BitWriter.SlackBytes));

        public void Time(int length)
        {
            Last.TimeLength = length;
            copies._length += length;
            Last.ValuesAt = copies._length;
        }

        public void Values(int length)
        {
            Last.ValuesLength = length;
            copies._length += length;
        }

        public void Tail(ReadOnlySpan<double> values)
        {
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values);
            bytes.CopyTo(copies.Room(bytes.Length));
            Last.TailAt = copies._length;
            copies._length += bytes.Length;
        }

        ref Copy Last => ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(copies._copies)[^1];
    }

    struct Copy
    {
        public int Count;
        public int Compressed;
        public long FirstMs;
        public long LastMs;
        public int TimeAt;
        public int TimeLength;
        public int ValuesAt;
        public int ValuesLength;
        public int TailAt;
    }
}
