using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Puts what one journal segment holds back into the head: all of it was accepted. Samples that a block covers are
/// skipped; a series is added with the first sample that none covers.
/// </summary>
sealed class HeadReplay(Head head, CoveredSpans covered) : IJournalReplay
{
    const int NotAdded = -1;

    readonly List<int> _ids = [];
    readonly List<byte[]> _keys = [];

    /// <summary>Samples put into the head.</summary>
    public long Samples { get; private set; }

    /// <summary>The newest timestamp of the segment.</summary>
    public long NewestMs { get; private set; } = long.MinValue;

    public void OnSeries(int journalId, ReadOnlySpan<byte> key)
    {
        _ids.Add(NotAdded);
        _keys.Add(key.ToArray());
    }

    public void OnSample(int journalId, long timestampMs, double value)
    {
        NewestMs = Math.Max(NewestMs, timestampMs);
        if (covered.Contains(timestampMs))
        {
            return;
        }

        int id = _ids[journalId];
        ref var series = ref head.Series[id != NotAdded ? id : Add(journalId)];
        var shard = head.ShardOf(series);
        var result = shard.Append(ref series, timestampMs, value);
        if (result == AppendResult.Older)
        {
            result = shard.AddLate(ref series, timestampMs, value);
        }

        Samples += result is AppendResult.Appended or AppendResult.Late ? 1 : 0;
    }

    int Add(int journalId)
    {
        byte[] key = _keys[journalId];
        ulong hash = SeriesKey.Hash(key);
        int id = head.Table.Find(hash, key);
        return _ids[journalId] = id >= 0 ? id : head.Add(hash, key);
    }
}
