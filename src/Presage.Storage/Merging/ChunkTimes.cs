// Hot path: once per chunk of every merge. Budget: 50 ns where the column is regular or was met lately.
namespace Presage.Storage;

/// <summary>
/// The timestamps of chunks in a merge. Series of one scrape share theirs, so irregular columns are decoded once and
/// remembered, a few at a time; regular ones need no decoding.
/// </summary>
sealed class ChunkTimes
{
    /// <summary>Columns remembered: a series of a day has some 24 chunks, one at a second 360.</summary>
    const int Places = 512;

    readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>What can be said of a column without its timestamps.</summary>
    /// <exception cref="CorruptDataException">It is none, or its timestamps do not ascend.</exception>
    public ChunkSpan SpanOf(ReadOnlySpan<byte> column)
    {
        var head = TimeColumn.ReadHead(column);
        if (head.TryGetLast(out long lastMs))
        {
            return lastMs > head.FirstMs || head.Count == 1
                ? new ChunkSpan(head.Count, head.FirstMs, lastMs)
                : throw new CorruptDataException("The timestamps of a chunk do not ascend.");
        }

        return Find(column, head).Span;
    }

    /// <summary>The timestamps; the destination has room for all of them.</summary>
    /// <exception cref="CorruptDataException">It is none.</exception>
    public void Read(ReadOnlySpan<byte> column, Span<long> timestampsMs)
    {
        var head = TimeColumn.ReadHead(column);
        if (head.IsRegular)
        {
            TimeColumn.Read(column, head, timestampsMs);
            return;
        }

        Find(column, head).TimestampsMs.AsSpan(0, head.Count).CopyTo(timestampsMs);
    }

    Entry Find(ReadOnlySpan<byte> column, in TimeHead head)
    {
        ref var entry = ref _entries[(int)(((ulong)head.FirstMs * 0x9E3779B97F4A7C15) >> 55)];
        if (entry is null || !entry.IsOf(column))
        {
            entry ??= new Entry();
            entry.Load(column, head);
        }

        return entry;
    }

    sealed class Entry
    {
        byte[] _column = [];
        int _length = -1;

        public long[] TimestampsMs { get; } = new long[Chunk.SamplesMax];

        public ChunkSpan Span { get; private set; }

        public bool IsOf(ReadOnlySpan<byte> column) => column.SequenceEqual(_column.AsSpan(0, Math.Max(_length, 0)));

        public void Load(ReadOnlySpan<byte> column, in TimeHead head)
        {
            _length = -1;
            TimeColumn.Read(column, head, TimestampsMs);
            for (int i = 1; i < head.Count; i++)
            {
                if (TimestampsMs[i] <= TimestampsMs[i - 1])
                {
                    throw new CorruptDataException("The timestamps of a chunk do not ascend.");
                }
            }

            Span = new ChunkSpan(head.Count, TimestampsMs[0], TimestampsMs[head.Count - 1]);
            _column = _column.Length < column.Length ? new byte[column.Length] : _column;
            column.CopyTo(_column);
            _length = column.Length;
        }
    }
}
