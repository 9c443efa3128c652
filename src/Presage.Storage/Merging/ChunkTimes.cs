// Hot path: once per chunk of every merge. Budget: 50 ns where the column is regular or was met lately.
using System.Diagnostics.CodeAnalysis;

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
        int count = TimeColumn.ReadCount(column, out long firstMs);
        if (TimeColumn.TryReadLast(column, out long lastMs))
        {
            return lastMs > firstMs || count == 1
                ? new ChunkSpan(count, firstMs, lastMs)
                : throw new CorruptDataException("The timestamps of a chunk do not ascend.");
        }

        return Find(column, count, firstMs).Span;
    }

    /// <summary>The timestamps; the destination has room for all of them.</summary>
    /// <exception cref="CorruptDataException">It is none.</exception>
    public void Read(ReadOnlySpan<byte> column, Span<long> timestampsMs)
    {
        int count = TimeColumn.ReadCount(column, out long firstMs);
        if (TimeColumn.TryReadLast(column, out _))
        {
            TimeColumn.Read(column, timestampsMs);
            return;
        }

        Find(column, count, firstMs).TimestampsMs.AsSpan(0, count).CopyTo(timestampsMs);
    }

    Entry Find(ReadOnlySpan<byte> column, int count, long firstMs)
    {
        ref var entry = ref _entries[(int)(((ulong)firstMs * 0x9E3779B97F4A7C15) >> 55)];
        if (entry is null || !entry.IsOf(column))
        {
            entry ??= new Entry();
            entry.Load(column, count);
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

        public void Load(ReadOnlySpan<byte> column, int count)
        {
            _length = -1;
            TimeColumn.Read(column, TimestampsMs);
            for (int i = 1; i < count; i++)
            {
                if (TimestampsMs[i] <= TimestampsMs[i - 1])
                {
                    throw new CorruptDataException("The timestamps of a chunk do not ascend.");
                }
            }

            Span = new ChunkSpan(count, TimestampsMs[0], TimestampsMs[count - 1]);
            _column = _column.Length < column.Length ? new byte[column.Length] : _column;
            column.CopyTo(_column);
            _length = column.Length;
        }
    }
}
