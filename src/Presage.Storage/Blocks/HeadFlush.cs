using System.Text;
using Microsoft.Extensions.Logging;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Writes finished hours of the head into blocks.
/// <list type="number">
/// <item>The journal begins a new segment while nobody appends: all samples of older segments are in the head
/// then.</item>
/// <item>Shard by shard, open chunks that began before the limit are closed.</item>
/// <item>Hour by hour, their chunks are marked, sorted by host and key, and written; appending and reading go
/// on.</item>
/// <item>The block becomes readable, then its chunks leave the head: readers copy the head first and may see
/// both.</item>
/// <item>Journal segments whose samples are all in blocks are deleted; series idle for long leave the head.</item>
/// </list>
/// A crash in between leaves a temporary file, or a block whose samples are in the journal too; the block says which
/// segments it covers, and replay skips those.
/// </summary>
sealed class HeadFlush(Head head, JournalLog journal, AppendTurns turns, BlockList blocks, Disk disk, ILogger logger)
{
    const long HourMs = 3_600_000;

    /// <summary>
    /// A block beyond this is completed and another begun: files stay below the 2 GB a mapping is read by.
    /// </summary>
    const long BlockBytesTarget = 1L << 30;

    /// <summary>Series removed in one turn, so that appending waits a millisecond at most.</summary>
    const int RemovedPerTurn = 512;

    /// <summary>Series seen to under one hold of a shard's lock: some 10 us, less than a reader's copy.</summary>
    const int SeriesPerLock = 64;

    readonly ChunkCopies _copies = new();
    readonly SampleColumns _columns = new();

    /// <summary>
    /// Begins a new segment of the journal; returns its number. All samples of lower ones are in the head then.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public async Task<int> RollAsync()
    {
        int number = 0;
        await turns.RunAloneAsync(() =>
        {
            journal.RollIfUsed();
            number = journal.Number;
        });
        return number;
    }

    /// <summary>
    /// Writes all chunks that began before the given time; returns the number of a journal segment: what is in lower
    /// ones and began before that time is in blocks then.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken: the chunks stay in the head.</exception>
    public async Task<int> RunAsync(long beforeMs)
    {
        int covered = await RollAsync();
        var hours = new SortedSet<long>();
        foreach (var shard in head.Shards)
        {
            CloseChunks(shard, beforeMs, hours);
        }

        WriteHours(hours, covered, long.MaxValue);
        int deleted = journal.DeleteCovered(covered, beforeMs);
        Log.SegmentsDeleted(logger, deleted);
        return covered;
    }

    /// <summary>
    /// Writes the chunks that are closed already, before their hour is over, and leaves the open ones. What of the
    /// journal is older than all that is left needs no replay any more.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken: the chunks stay in the head.</exception>
    public async Task RunEarlyAsync()
    {
        int covered = await RollAsync();
        var hours = new SortedSet<long>();
        long openFromMs = long.MaxValue;
        foreach (var shard in head.Shards)
        {
            ForEachSeries(shard, id =>
            {
                ref var series = ref head.Series[id];
                openFromMs = Math.Min(openFromMs, shard.OldestOpenMs(series));
                shard.HoursBefore(ref series, long.MaxValue, hours);
            });
        }

        WriteHours(hours, covered, openFromMs);
        int deleted = journal.DeleteCovered(covered, openFromMs);
        Log.SegmentsDeleted(logger, deleted);
    }

    /// <summary>
    /// Removes series without chunks whose newest sample is older than the given time; returns how many.
    /// </summary>
    public async Task<int> RemoveIdleAsync(long beforeMs)
    {
        var idle = new List<int>();
        foreach (var shard in head.Shards)
        {
            foreach (int id in SeriesOf(shard))
            {
                if (IsIdle(id, beforeMs))
                {
                    idle.Add(id);
                }
            }
        }

        int removed = 0;
        for (int from = 0; from < idle.Count; from += RemovedPerTurn)
        {
            var some = idle.GetRange(from, Math.Min(RemovedPerTurn, idle.Count - from));
            await turns.RunAloneAsync(() =>
            {
                foreach (int id in some)
                {
                    if (IsIdle(id, beforeMs))
                    {
                        head.Remove(id);
                        removed++;
                    }
                }
            });
        }

        Log.Evicted(logger, removed);
        return removed;
    }

    /// <summary>Whether samples of a range may be in memory, of series that satisfy matchers.</summary>
    public bool HoldsAny(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        foreach (var shard in head.Shards)
        {
            foreach (int[] some in SelectIn(shard, matchers).Chunk(SeriesPerLock))
            {
                lock (shard.Lock)
                {
                    if (Array.Exists(some, id => shard.Holds(head.Series[id], range)))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Forgets the newest sample of series, where it is not in the head any more and a deletion names it.
    /// </summary>
    public async Task ForgetAsync(IReadOnlyList<Tombstone> deletions)
    {
        foreach (var deletion in deletions)
        {
            foreach (var shard in head.Shards)
            {
                foreach (int[] some in SelectIn(shard, deletion.Matchers).Chunk(RemovedPerTurn))
                {
                    await turns.RunAloneAsync(() => Forget(shard, some, deletion.Range));
                }
            }
        }
    }

    void Forget(Shard shard, int[] ids, TimeRange range)
    {
        lock (shard.Lock)
        {
            shard.HasForgotten = true;
            foreach (int id in ids)
            {
                ref var series = ref head.Series[id];
                if (series.IsUsed && series.Count == 0 && range.Contains(series.LastMs))
                {
                    // It may lie in a closed chunk still; sent again it is stored twice then, which readers join.
                    series.LastMs = long.MinValue;
                }
            }
        }
    }

    bool IsIdle(int id, long beforeMs)
    {
        ref var series = ref head.Series[id];
        return series.IsUsed && series.Count == 0 && series.Closed == 0 && series.Late == 0 && series.LastMs < beforeMs;
    }

    void CloseChunks(Shard shard, long beforeMs, SortedSet<long> hours)
    {
        ForEachSeries(shard, id =>
        {
            ref var series = ref head.Series[id];
            shard.CloseBefore(ref series, beforeMs);
            shard.HoursBefore(ref series, beforeMs, hours);
        });
    }

    static void ForEachSeries(Shard shard, Action<int> visit)
    {
        foreach (int[] ids in SeriesOf(shard).Chunk(SeriesPerLock))
        {
            lock (shard.Lock)
            {
                Array.ForEach(ids, visit);
            }
        }
    }

    /// <summary>Writes the closed chunks of hours; nothing older than a time is left in the head then.</summary>
    void WriteHours(IEnumerable<long> hours, int covered, long openFromMs)
    {
        foreach (long hour in hours)
        {
            long fromMs = hour * HourMs;
            long toMs = Math.Min(openFromMs, fromMs + HourMs);
            WriteHour(
                fromMs, toMs > fromMs ? new JournalCover(covered, toMs) : new JournalCover(0, fromMs + HourMs));
        }
    }

    void WriteHour(long hourMs, JournalCover cover)
    {
        var hosts = new List<(byte[] Name, HostSeries Host, List<int> Series)>();
        foreach (var shard in head.Shards)
        {
            Mark(shard, hourMs, hosts);
        }

        hosts.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        var written = new List<(HostSeries Host, List<int> Series)>();
        try
        {
            for (int from = 0; from < hosts.Count;)
            {
                from = WriteBlock(hosts, from, hourMs, cover, written);
                EndFlush(written, true);
                written.Clear();
            }
        }
        finally
        {
            // Whatever was not written stays in the head.
            EndFlush(hosts.Select(h => (h.Host, h.Series)), false);
        }
    }

    int WriteBlock(
        List<(byte[] Name, HostSeries Host, List<int> Series)> hosts, int from, long hourMs, JournalCover cover,
        List<(HostSeries Host, List<int> Series)> written)
    {
        string path = blocks.NextPath(hourMs);
        using var writer = new BlockWriter(path, disk);
        while (from < hosts.Count && writer.Bytes < BlockBytesTarget)
        {
            var (_, host, series) = hosts[from++];
            series.Sort((a, b) => KeyOf(a).SequenceCompareTo(KeyOf(b)));
            foreach (int id in series)
            {
                _copies.Clear();
                lock (host.Shard.Lock)
                {
                    host.Shard.CopyTo(ref head.Series[id], long.MinValue, long.MaxValue, flushingOnly: true, _copies);
                }

                PutInOrder();

                writer.Add(host.Name, KeyOf(id), _copies);
            }

            written.Add((host, series));
        }

        // A block covers the hour only when it is the last of it: until then, replay must not skip what others hold.
        try
        {
            writer.Complete(hourMs, cover.ToMs, from == hosts.Count ? cover.Segment : 0);
        }
        catch (IOException) when (disk.Exists(path))
        {
            // It has its name, but power loss may take it: the samples stay in memory and journal too, and whatever
            // is deleted from now on is deleted from this block as well.
            blocks.Publish(path);
            throw;
        }

        var block = blocks.Publish(path);
        Log.Flushed(logger, writer.Chunks, writer.Series, path, block.FileBytes);
        return from;
    }

    /// <summary>Late samples lie in chunks of their own: all of the hour are written anew then.</summary>
    void PutInOrder()
    {
        if (_copies.AreAscending)
        {
            return;
        }

        _columns.Clear();
        for (int i = 0; i < _copies.Count; i++)
        {
            _copies.ReadInto(i, _columns, new TimeRange(long.MinValue, long.MaxValue));
        }

        SampleOrder.Restore(_columns, 0);
        _copies.Replace(_columns);
    }

    void Mark(Shard shard, long hourMs, List<(byte[] Name, HostSeries Host, List<int> Series)> hosts)
    {
        HostSeries[] here;
        int[][] ids;
        lock (shard.Index.Lock)
        {
            here = [.. shard.Index.Hosts];
            ids = Array.ConvertAll(here, h => h.Series.Ids.ToArray());
        }

        for (int i = 0; i < here.Length; i++)
        {
            var marked = new List<int>();
            foreach (int[] some in ids[i].Chunk(SeriesPerLock))
            {
                lock (shard.Lock)
                {
                    marked.AddRange(some.Where(
                        id => shard.MarkFlushing(ref head.Series[id], hourMs, hourMs + HourMs) > 0));
                }
            }

            if (marked.Count > 0)
            {
                hosts.Add((Encoding.UTF8.GetBytes(here[i].Name), here[i], marked));
            }
        }
    }

    void EndFlush(IEnumerable<(HostSeries Host, List<int> Series)> ended, bool written)
    {
        foreach (var (host, series) in ended)
        {
            foreach (int[] some in series.Chunk(SeriesPerLock))
            {
                lock (host.Shard.Lock)
                {
                    foreach (int id in some)
                    {
                        host.Shard.EndFlush(ref head.Series[id], written);
                    }
                }
            }
        }
    }

    ReadOnlySpan<byte> KeyOf(int id) => head.Keys[head.Series[id].Key];

    static int[] SelectIn(Shard shard, IReadOnlyList<LabelMatcher> matchers)
    {
        lock (shard.Index.Lock)
        {
            return Selection.Select(shard.Index, matchers, null);
        }
    }

    static int[] SeriesOf(Shard shard)
    {
        lock (shard.Index.Lock)
        {
            return shard.Index.All().ToArray();
        }
    }

    /// <summary>What a block says of the journal: samples before a time in segments before one are in blocks.</summary>
    readonly record struct JournalCover(int Segment, long ToMs);
}
