using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Reads the samples of one series out of head and blocks. The head is copied first and the list of blocks taken
/// then: a flush makes its block readable before the head drops the chunks, so nothing falls in between.
/// </summary>
sealed class StoredSamples(Head head, BlockList blocks, Tombstones tombstones)
{
    [ThreadStatic]
    static ChunkCopies? t_copies;

    /// <summary>Labels of the series that were asked for lately.</summary>
    public IdentityCache Identities { get; } = IdentityCache.OfThisMachine();

    /// <summary>What readers leave out.</summary>
    public Tombstones Tombstones => tombstones;

    /// <summary>Appends the samples of a range, ascending, each timestamp once.</summary>
    public void Read(StoredSeries series, TimeRange range, SampleColumns columns)
    {
        var copies = t_copies ??= new ChunkCopies();
        copies.Clear();
        if (series.HeadId >= 0)
        {
            CopyHead(series.HeadId, series.KeyHash, range, copies);
        }

        int start = columns.Count;
        ReadBlocks(series, range, columns, tombstones.IsEmpty ? [] : tombstones.For(series.Labels));
        for (int i = 0; i < copies.Count; i++)
        {
            copies.ReadInto(i, columns, range);
        }

        SampleOrder.Restore(columns, start);
    }

    /// <summary>
    /// Appends samples of a range, ascending, the newest among them. The head knows the newest sample of each series;
    /// where that is in the range, only blocks that may hold a newer one are read.
    /// </summary>
    public void ReadNewest(StoredSeries series, TimeRange range, SampleColumns columns)
    {
        if (series.HeadId >= 0 &&
            TryReadNewest(series.HeadId, series.KeyHash, out long newestMs, out double value) &&
            newestMs >= range.FromMs && newestMs <= range.ToMs)
        {
            int start = columns.Count;
            columns.Add(newestMs, value);
            ReadBlocks(series, range with { FromMs = newestMs }, columns, []);
            SampleOrder.Restore(columns, start);
        }
        else
        {
            Read(series, range, columns);
        }
    }

    void ReadBlocks(
        StoredSeries series, TimeRange range, SampleColumns columns, IReadOnlyList<Tombstone> deletions)
    {
        var current = blocks.Current;
        if (series.From is { } from && from.Blocks == current
            && range.FromMs >= from.Range.FromMs && range.ToMs <= from.Range.ToMs)
        {
            for (int i = 0; i < series.PlaceCount; i++)
            {
                var place = series.PlaceAt(i);
                if (place.Block.Overlaps(range))
                {
                    Read(place, range, columns, deletions);
                }
            }

            return;
        }

        // The blocks are others by now, or the series was not looked up in all of them.
        foreach (var block in current)
        {
            if (block.Overlaps(range) && Find(block, series.Key) is { } found)
            {
                Read(found, range, columns, deletions);
            }
        }
    }

    Place? Find(Block block, ReadOnlySpan<byte> key)
    {
        try
        {
            using var lease = block.Borrow();
            return block.Find(key) is >= 0 and var number ? block.PlaceOf(number) : null;
        }
        catch (CorruptDataException e)
        {
            blocks.Report(e);
            return null;
        }
    }

    void Read(in Place place, TimeRange range, SampleColumns columns, IReadOnlyList<Tombstone> deletions)
    {
        int start = columns.Count;
        try
        {
            using var lease = place.Block.Borrow();
            place.Block.Read(place.From, place.To, range, columns);
        }
        catch (CorruptDataException e)
        {
            blocks.Report(e);
        }

        if (deletions.Count > 0)
        {
            SampleOrder.Restore(columns, start);
            foreach (var deletion in deletions)
            {
                deletion.DropFrom(place.Block, columns, start);
            }
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

        GC.KeepAlive(head);
    }

    /// <summary>The newest sample of a series, where it is in its open chunk.</summary>
    bool TryReadNewest(int id, ulong keyHash, out long newestMs, out double value)
    {
        newestMs = 0;
        value = 0;
        ref var series = ref head.Series[id];
        var shard = head.ShardOfOrNull(series);
        if (shard is null)
        {
            return false;
        }

        lock (shard.Lock)
        {
            // Without an open chunk it is in a block as a rule, and what is in blocks may be deleted. Where newest
            // samples were forgotten, closed chunks may hold newer ones than what came since.
            if (!series.IsUsed || series.KeyHash != keyHash || series.Count == 0 || shard.HasForgotten)
            {
                return false;
            }

            newestMs = series.LastMs;
            value = series.LastValue;
            GC.KeepAlive(head);
            return true;
        }
    }
}
