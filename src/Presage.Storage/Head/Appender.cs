// Hot path: every received sample. Budget per sample: look-up 30 ns, journal 10-20 ns, append 40 ns.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// One turn of appending, for a group of batches: look the series up (new ones are added), refuse what is out of
/// bounds, collect the journal's frames, write them by one call, append in the same order, tell the observer. What
/// the journal holds is stored, always; replay refuses nothing. Called by one at a time (<see cref="AppendTurns"/>).
/// </summary>
sealed class Appender(Head head, JournalLog journal, StorageOptions options, TimeProvider time)
{
    /// <summary>
    /// How many series ahead their slot of the table is prefetched, then the state it names. Of a fleet in random order
    /// each is a miss of all caches, and takes as long as several series.
    /// </summary>
    const int SlotAhead = 48, StateAhead = 24;

    /// <summary>
    /// How many series ahead state is prefetched when samples are appended; then what compressing needs, then the cell.
    /// </summary>
    const int AppendAhead = 32, StreamAhead = 20, CellAhead = 10;

    readonly TouchedHosts _touched = new(head);
    readonly List<(int Series, int Sample)> _older = [];
    readonly ChunkCopies _copies = new();
    readonly SampleColumns _stored = new();

    /// <summary>What became of all samples since the store was opened.</summary>
    public AppendTotals Totals { get; } = new();

    /// <summary>Refuses new series over a limit.</summary>
    public SeriesLimits Limits { get; } = new(head, options);

    /// <summary>Appends the batches of a group.</summary>
    /// <exception cref="IOException">The journal cannot be written: nothing of the group was stored.</exception>
    public void Run(ReadOnlySpan<PendingAppend> group)
    {
        var bounds = AppendBounds.At(time.GetUtcNow(), options);
        try
        {
            WriteJournal(group, bounds);
        }
        catch
        {
            // Series may have got numbers that the segment will never hold: it ends here, the next one registers them.
            journal.Seal();
            throw;
        }

        foreach (var pending in group)
        {
            pending.SortByShard();
            Append(pending, bounds);
            ResolveOlder(pending, bounds);
            Totals.Add(pending);
        }

        if (options.Observer is { } observer)
        {
            _touched.Tell(observer);
        }
    }

    void WriteJournal(ReadOnlySpan<PendingAppend> group, in AppendBounds bounds)
    {
        journal.BeginGroup();
        long newestMs = long.MinValue;
        foreach (var pending in group)
        {
            pending.Begin();
            newestMs = Math.Max(newestMs, CollectFrames(pending, bounds));
        }

        journal.Write(newestMs);
    }

    /// <summary>
    /// Finds or adds the series of a batch that have a sample within the bounds and, while their state is in the cache,
    /// writes the frames of these samples to the group; returns the newest timestamp.
    /// </summary>
    long CollectFrames(PendingAppend pending, in AppendBounds bounds)
    {
        var batch = pending.Batch;
        var series = batch.Series;
        var times = batch.TimestampsMs;
        var values = batch.Values;
        var ids = pending.Ids;
        var lastMs = pending.LastMs;
        var shards = pending.Shards;
        var group = journal.Group;
        long newestMs = long.MinValue;
        WarmUp(series, ids);
        for (int i = 0; i < series.Length; i++)
        {
            PrefetchAfter(series, ids, i);
            ref readonly var one = ref series[i];
            int id = ids[i];
            ids[i] = -1;
            var own = times.Slice(one.FirstSample, one.SampleCount);
            if (!AreWithin(own, bounds) && RefuseOutOfBounds(pending, one, own, bounds) == own.Length)
            {
                continue;
            }

            if (id < 0 || !head.Table.IsAt(id, one.Fingerprint))
            {
                id = head.Table.Find(one.Fingerprint);
            }

            if (id < 0 && (own.IsEmpty || (id = Add(pending, one, times, bounds)) < 0))
            {
                continue;
            }

            ids[i] = id;
            ref var state = ref head.Series[id];
            lastMs[i] = state.LastMs;
            shards[i] = state.Shard;
            if (state.JournalSegment != journal.Number)
            {
                state.JournalSegment = journal.Number;
                state.JournalId = journal.NextSeries++;
                state.JournalBits = 0;
                group.AddSeries(state.JournalId, batch.KeyOf(one));
            }

            for (int j = 0; j < own.Length; j++)
            {
                if (bounds.Contains(own[j], state.LastMs))
                {
                    group.AddSample(ref state, own[j], values[one.FirstSample + j]);
                    newestMs = Math.Max(newestMs, own[j]);
                }
            }
        }

        return newestMs;
    }

    void WarmUp(ReadOnlySpan<BatchSeries> series, Span<int> ids)
    {
        var table = head.Table;
        foreach (ref readonly var one in series[..Math.Min(SlotAhead, series.Length)])
        {
            table.Prefetch(one.Fingerprint);
        }

        for (int i = 0; i < Math.Min(StateAhead, series.Length); i++)
        {
            ids[i] = table.Guess(series[i].Fingerprint);
        }
    }

    /// <summary>Prefetches for later series; their numbers are guessed meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void PrefetchAfter(ReadOnlySpan<BatchSeries> series, Span<int> ids, int i)
    {
        var table = head.Table;
        if (i + SlotAhead < series.Length)
        {
            table.Prefetch(series[i + SlotAhead].Fingerprint);
        }

        if (i + StateAhead < series.Length)
        {
            ids[i + StateAhead] = table.Guess(series[i + StateAhead].Fingerprint);
        }
    }

    static bool AreWithin(ReadOnlySpan<long> times, in AppendBounds bounds)
    {
        foreach (long timestampMs in times)
        {
            if (!bounds.Contains(timestampMs))
            {
                return false;
            }
        }

        return true;
    }

    int RefuseOutOfBounds(
        PendingAppend pending, in BatchSeries series, ReadOnlySpan<long> times, in AppendBounds bounds)
    {
        int refused = 0;
        foreach (long timestampMs in times)
        {
            if (!bounds.Contains(timestampMs))
            {
                refused++;
                if (timestampMs < bounds.OldestMs)
                {
                    pending.TooOld++;
                }
                else
                {
                    pending.TooFarInFuture++;
                }

                pending.FirstRefusal ??= Refusal.OutOfBounds(pending.Batch.KeyOf(series), timestampMs, bounds, options);
            }
        }

        return refused;
    }

    int Add(PendingAppend pending, in BatchSeries series, ReadOnlySpan<long> times, in AppendBounds bounds)
    {
        var key = pending.Batch.KeyOf(series);
        int samples = 0;
        foreach (long timestampMs in times.Slice(series.FirstSample, series.SampleCount))
        {
            samples += bounds.Contains(timestampMs) ? 1 : 0;
        }

        if (key.Length > JournalFormat.KeyBytesMax)
        {
            pending.LabelsTooLong += samples;
            pending.FirstRefusal ??= Refusal.KeyTooLong(key);
            return -1;
        }

        if (Limits.Refuses(key, samples, bounds.NowMs, pending.FirstRefusal is null, out string? reason))
        {
            pending.OverSeriesLimit += samples;
            pending.FirstRefusal ??= reason;
            return -1;
        }

        return head.Add(series.Fingerprint, key);
    }

    /// <summary>Appends the samples of a batch shard by shard, so that each lock is taken once.</summary>
    void Append(PendingAppend pending, in AppendBounds bounds)
    {
        foreach (var shard in head.Shards)
        {
            var part = pending.PartOf(shard.Number);
            if (part.IsEmpty)
            {
                continue;
            }

            lock (shard.Lock)
            {
                Append(pending, part, shard, bounds);
            }
        }
    }

    void Append(PendingAppend pending, ReadOnlySpan<int> part, Shard shard, in AppendBounds bounds)
    {
        var ids = pending.Ids;
        var all = head.Series;
        foreach (int index in part[..Math.Min(AppendAhead, part.Length)])
        {
            all.Prefetch(ids[index]);
        }

        for (int i = 0; i < part.Length; i++)
        {
            if (i + AppendAhead < part.Length)
            {
                all.Prefetch(ids[part[i + AppendAhead]]);
            }

            if (i + StreamAhead < part.Length)
            {
                all.PrefetchStream(ids[part[i + StreamAhead]]);
            }

            if (i + CellAhead < part.Length)
            {
                ref var later = ref all[ids[part[i + CellAhead]]];
                if (later.NextIsCompressed)
                {
                    shard.Prefetch(later);
                }
            }

            AppendSeries(pending, part[i], ref all[ids[part[i]]], shard, bounds);
        }
    }

    void AppendSeries(
        PendingAppend pending, int index, ref HeadSeries series, Shard shard, in AppendBounds bounds)
    {
        ref readonly var one = ref pending.Batch.Series[index];
        var times = pending.Batch.TimestampsMs;
        var values = pending.Batch.Values;
        int appended = 0;
        for (int j = one.FirstSample; j < one.FirstSample + one.SampleCount; j++)
        {
            if (!bounds.Contains(times[j]))
            {
                continue;
            }

            switch (shard.Append(ref series, times[j], values[j]))
            {
                case AppendResult.Appended:
                    appended++;
                    break;
                case AppendResult.Duplicate:
                    pending.Duplicate++;
                    break;
                case AppendResult.Conflicting:
                    pending.Conflicting++;
                    break;
                default:
                    _older.Add((index, j));
                    break;
            }
        }

        if (appended > 0)
        {
            pending.Accepted += appended;
            _touched.Add(series.Host, series.LastMs, appended);
        }
    }

    /// <summary>Deals with the samples of a batch that are older than the newest of their series.</summary>
    void ResolveOlder(PendingAppend pending, in AppendBounds bounds)
    {
        var older = CollectionsMarshal.AsSpan(_older);
        for (int from = 0; from < older.Length;)
        {
            int to = from + 1;
            while (to < older.Length && older[to].Series == older[from].Series)
            {
                to++;
            }

            ResolveOlder(pending, older[from..to], bounds);
            from = to;
        }

        _older.Clear();
    }

    /// <summary>
    /// Those of one series: what the head holds of their time is read once. A sample that is stored already is a
    /// retry. Blocks are not asked, because everybody waits meanwhile; there the samples meet when they are read.
    /// </summary>
    void ResolveOlder(
        PendingAppend pending, ReadOnlySpan<(int Series, int Sample)> older, in AppendBounds bounds)
    {
        int index = older[0].Series;
        ref readonly var one = ref pending.Batch.Series[index];
        ref var series = ref head.Series[pending.Ids[index]];
        var shard = head.ShardOf(series);
        ReadStored(pending, older, ref series, shard);
        int late = 0;
        lock (shard.Lock)
        {
            foreach (var (_, sample) in older)
            {
                long timestampMs = pending.Batch.TimestampsMs[sample];
                double value = pending.Batch.Values[sample];
                int at = _stored.TimestampsMs.BinarySearch(timestampMs);
                if (at >= 0 && Same(value, _stored.Values[at]))
                {
                    pending.Duplicate++;
                }
                else if (!bounds.Contains(timestampMs, pending.LastMs[index]))
                {
                    pending.OutOfOrder++;
                    pending.FirstRefusal ??= Refusal.OutOfOrder(
                        pending.Batch.KeyOf(one), timestampMs, series.LastMs, bounds, options);
                }
                else if (at >= 0 && !SampleValue.Beats(value, _stored.Values[at]))
                {
                    pending.Conflicting++;
                }
                else
                {
                    var result = shard.AddLate(ref series, timestampMs, value);
                    bool isNew = at < 0 && result == AppendResult.Late;
                    late += isNew ? 1 : 0;
                    pending.Duplicate += result == AppendResult.Duplicate ? 1 : 0;
                    pending.Conflicting += isNew || result == AppendResult.Duplicate ? 0 : 1;
                }
            }
        }

        if (late > 0)
        {
            pending.Accepted += late;
            pending.Late += late;
            _touched.Add(series.Host, series.LastMs, late);
        }
    }

    void ReadStored(
        PendingAppend pending, ReadOnlySpan<(int Series, int Sample)> older, ref HeadSeries series, Shard shard)
    {
        long fromMs = long.MaxValue, toMs = long.MinValue;
        foreach (var (_, sample) in older)
        {
            fromMs = Math.Min(fromMs, pending.Batch.TimestampsMs[sample]);
            toMs = Math.Max(toMs, pending.Batch.TimestampsMs[sample]);
        }

        _copies.Clear();
        _stored.Clear();
        lock (shard.Lock)
        {
            shard.CopyTo(ref series, fromMs, toMs, flushingOnly: false, _copies);
        }

        for (int i = 0; i < _copies.Count; i++)
        {
            _copies.ReadInto(i, _stored, new TimeRange(fromMs, toMs));
        }

        SampleOrder.Restore(_stored, 0);
    }

    static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);
}
