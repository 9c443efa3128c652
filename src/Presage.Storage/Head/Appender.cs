// Hot path: every received sample. Budget per sample: look-up 30 ns, journal 10-20 ns, append 40 ns.
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
    /// How many series ahead the slot of the table is prefetched; the state it names follows, then the key of that.
    /// </summary>
    const int PrefetchAhead = 12;

    /// <summary>How many series ahead all of the state is prefetched when samples are appended.</summary>
    const int StateAhead = 4;

    readonly List<HostSeries> _touchedHosts = [];
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
            Append(pending, bounds);
            ResolveOlder(pending, bounds);
            Totals.Add(pending);
        }

        TellObserver();
    }

    void WriteJournal(ReadOnlySpan<PendingAppend> group, in AppendBounds bounds)
    {
        journal.BeginGroup();
        long newestMs = long.MinValue;
        foreach (var pending in group)
        {
            pending.Begin();
            Resolve(pending, bounds);
            newestMs = Math.Max(newestMs, CollectFrames(pending, bounds));
        }

        journal.Write(newestMs);
    }

    /// <summary>Finds or adds the series of a batch that have a sample within the bounds.</summary>
    void Resolve(PendingAppend pending, in AppendBounds bounds)
    {
        var batch = pending.Batch;
        var series = batch.Series;
        var times = batch.TimestampsMs;
        var ids = pending.Ids;
        var table = head.Table;
        for (int i = 0; i < series.Length; i++)
        {
            if (i + PrefetchAhead < series.Length)
            {
                table.Prefetch(series[i + PrefetchAhead].KeyHash);
                table.PrefetchSeries(series[i + (PrefetchAhead * 2 / 3)].KeyHash);
                table.PrefetchKey(series[i + (PrefetchAhead / 3)].KeyHash);
            }

            ref readonly var one = ref series[i];
            ids[i] = -1;
            if (RefuseOutOfBounds(
                pending, one, times.Slice(one.FirstSample, one.SampleCount), bounds) < one.SampleCount)
            {
                var key = batch.KeyOf(one);
                int id = table.Find(one.KeyHash, key);
                ids[i] = id >= 0 ? id : Add(pending, one, times, bounds);
            }
        }
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

        return head.Add(series.KeyHash, key);
    }

    /// <summary>Writes the frames of a batch to the group; returns its newest timestamp.</summary>
    long CollectFrames(PendingAppend pending, in AppendBounds bounds)
    {
        var batch = pending.Batch;
        var ids = pending.Ids;
        var group = journal.Group;
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] >= 0)
            {
                ref var series = ref head.Series[ids[i]];
                if (series.JournalSegment != journal.Number)
                {
                    series.JournalSegment = journal.Number;
                    series.JournalId = journal.NextSeries++;
                    group.AddSeries(series.JournalId, batch.KeyOf(batch.Series[i]));
                }
            }
        }

        group.EndFrame();
        long newestMs = long.MinValue;
        var times = batch.TimestampsMs;
        var values = batch.Values;
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] < 0)
            {
                continue;
            }

            ref var series = ref head.Series[ids[i]];
            ref readonly var one = ref batch.Series[i];
            pending.LastMs[i] = series.LastMs;
            for (int j = one.FirstSample; j < one.FirstSample + one.SampleCount; j++)
            {
                long timestampMs = times[j];
                if (bounds.Contains(timestampMs, series.LastMs))
                {
                    group.AddSample(series.JournalId, timestampMs, values[j]);
                    newestMs = Math.Max(newestMs, timestampMs);
                }
            }
        }

        group.EndFrame();
        return newestMs;
    }

    void Append(PendingAppend pending, in AppendBounds bounds)
    {
        var ids = pending.Ids;
        Shard? shard = null;
        try
        {
            for (int i = 0; i < ids.Length; i++)
            {
                if (i + StateAhead < ids.Length && ids[i + StateAhead] >= 0)
                {
                    head.Table.PrefetchState(ids[i + StateAhead]);
                }

                if (ids[i] < 0)
                {
                    continue;
                }

                ref var series = ref head.Series[ids[i]];
                var host = head.HostOf(series);
                if (shard != host.Shard)
                {
                    shard?.Lock.Exit();
                    shard = null;
                    host.Shard.Lock.Enter();
                    shard = host.Shard;
                }

                AppendSeries(pending, i, ref series, host, bounds);
            }
        }
        finally
        {
            shard?.Lock.Exit();
        }
    }

    void AppendSeries(
        PendingAppend pending, int index, ref HeadSeries series, HostSeries host, in AppendBounds bounds)
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

            switch (host.Shard.Append(ref series, times[j], values[j]))
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
            Touch(host, series.LastMs, appended);
        }
    }

    void Touch(HostSeries host, long newestMs, int samples)
    {
        if (host.TurnSamples == 0)
        {
            _touchedHosts.Add(host);
            host.TurnNewestMs = long.MinValue;
        }

        host.TurnSamples += samples;
        host.TurnNewestMs = Math.Max(host.TurnNewestMs, newestMs);
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
        var host = head.HostOf(series);
        ReadStored(pending, older, ref series, host.Shard);
        int late = 0;
        lock (host.Shard.Lock)
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
                    var result = host.Shard.AddLate(ref series, timestampMs, value);
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
            Touch(host, series.LastMs, late);
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

    void TellObserver()
    {
        foreach (var host in _touchedHosts)
        {
            options.Observer?.OnAppended(host.Name, host.TurnNewestMs, host.TurnSamples);
            host.TurnSamples = 0;
        }

        _touchedHosts.Clear();
    }
}
