using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Reads the samples of one series out of head and blocks. The head is copied first and the list of blocks taken
/// then: a flush makes its block readable before the head drops the chunks, so nothing falls in between.
/// </summary>
sealed class StoredSamples(Head head, BlockList blocks)
{
    [ThreadStatic]
    static ChunkCopies? t_copies;

    /// <summary>Appends the samples of a range, ascending, each timestamp once (what was stored first wins).</summary>
    public void Read(StoredSeries series, TimeRange range, SampleColumns columns)
    {
        var copies = t_copies ??= new ChunkCopies();
        copies.Clear();
        if (series.HeadId >= 0)
        {
            CopyHead(series.HeadId, series.KeyHash, range, copies);
        }

        int start = columns.Count;
        var current = blocks.Current;
        foreach (var block in current)
        {
            if (block.Overlaps(range))
            {
                // A list other than the one selected from holds blocks the series was not looked up in.
                int number = series.NumberIn(block) is var known && (known >= 0 || series.Blocks == current)
                    ? known
                    : Find(block, series.Key);
                ReadBlock(block, number, range, columns);
            }
        }

        for (int i = 0; i < copies.Count; i++)
        {
            copies.ReadInto(i, columns, range);
        }

        SampleOrder.Restore(columns, start);
    }

    /// <summary>Looks for one sample of an active series; gives the bits of its value.</summary>
    public bool TryFind(int id, ReadOnlySpan<byte> key, long timestampMs, out long bits)
    {
        var columns = new SampleColumns();
        var series = new StoredSeries(this, LabelSet.Empty, SeriesKey.Hash(key), key.ToArray()) { HeadId = id };
        Read(series, new TimeRange(timestampMs, timestampMs), columns);
        bits = columns.Count > 0 ? BitConverter.DoubleToInt64Bits(columns.Values[0]) : 0;
        return columns.Count > 0;
    }

    /// <summary>
    /// A series enters the head. If blocks hold samples of it that are not older than its first one now, the head
    /// learns the newest of them, so that retries and late samples are told from new ones.
    /// </summary>
    public void Recall(int id, ReadOnlySpan<byte> key, long firstMs)
    {
        var columns = new SampleColumns();
        foreach (var block in blocks.Current)
        {
            if (block.Totals.NewestMs >= firstMs)
            {
                int number = Find(block, key);
                ReadBlock(block, number, new TimeRange(firstMs, long.MaxValue), columns);
            }
        }

        if (columns.Count > 0)
        {
            SampleOrder.Restore(columns, 0);
            ref var series = ref head.Series[id];
            lock (head.ShardOf(series).Lock)
            {
                series.LastMs = columns.TimestampsMs[^1];
                series.LastBits = BitConverter.DoubleToInt64Bits(columns.Values[^1]);
            }
        }
    }

    int Find(Block block, ReadOnlySpan<byte> key)
    {
        try
        {
            using var lease = block.Borrow();
            return block.Find(key);
        }
        catch (CorruptDataException e)
        {
            blocks.Report(e);
            return -1;
        }
    }

    void ReadBlock(Block block, int number, TimeRange range, SampleColumns columns)
    {
        if (number < 0)
        {
            return;
        }

        try
        {
            using var lease = block.Borrow();
            block.Read(number, range, columns);
        }
        catch (CorruptDataException e)
        {
            blocks.Report(e);
        }
    }

    void CopyHead(int id, ulong keyHash, TimeRange range, ChunkCopies copies)
    {
        ref var series = ref head.Series[id];
        var shard = head.ShardOfOrNull(series);
        if (shard is null)
        {
            return;
        }

        lock (shard.Lock)
        {
            // The series may have left meanwhile, and its number may be another's.
            if (series.IsUsed && series.KeyHash == keyHash)
            {
                shard.CopyTo(ref series, range.FromMs, range.ToMs, flushingOnly: false, copies);
            }
        }
    }
}
