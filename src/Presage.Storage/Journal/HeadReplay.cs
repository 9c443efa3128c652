using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Puts what one journal segment holds back into the head, deciding about every sample as the append did. Samples
/// that a block covers are skipped, but remembered as the newest of their series.
/// </summary>
sealed class HeadReplay(Head head, CoveredSpans covered) : IJournalReplay
{
    readonly List<int> _ids = [];

    /// <summary>Samples put into the head.</summary>
    public long Samples { get; private set; }

    /// <summary>The newest timestamp of the segment.</summary>
    public long NewestMs { get; private set; } = long.MinValue;

    public void OnSeries(int journalId, ReadOnlySpan<byte> key, long? lastMs, long lastBits)
    {
        ulong hash = SeriesKey.Hash(key);
        int id = head.Table.Find(hash, key);
        id = id >= 0 ? id : head.Add(hash, key);
        _ids.Add(id);
        if (lastMs is { } known)
        {
            Remember(ref head.Series[id], known, lastBits);
        }
    }

    public void OnSample(int journalId, long timestampMs, double value)
    {
        ref var series = ref head.Series[_ids[journalId]];
        NewestMs = Math.Max(NewestMs, timestampMs);
        if (covered.Contains(timestampMs))
        {
            Remember(ref series, timestampMs, BitConverter.DoubleToInt64Bits(value));
        }
        else if (head.ShardOf(series).Append(ref series, timestampMs, value) == AppendResult.Appended)
        {
            Samples++;
        }
    }

    void Remember(ref HeadSeries series, long timestampMs, long bits)
    {
        if (timestampMs > series.LastMs)
        {
            head.ShardOf(series).CloseBefore(ref series, long.MaxValue);
            series.LastMs = timestampMs;
            series.LastBits = bits;
        }
    }
}
