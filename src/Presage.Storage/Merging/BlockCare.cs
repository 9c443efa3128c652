using Microsoft.Extensions.Logging;

namespace Presage.Storage;

/// <summary>
/// The background work on block files: merging hours and days, making roll-ups, retention, the size limit, carrying out
/// deletions. One of these at a time, on a thread of low priority; readers and appending never wait for it.
/// </summary>
sealed class BlockCare(
    BlockTiers tiers, Tombstones tombstones, JournalLog journal, StorageOptions options, TimeProvider time,
    ILogger logger, Func<CancellationToken, Task> flushHeadAsync) : IDisposable
{
    const long DayMs = 86_400_000;

    /// <summary>More merges than these are not due where all keeps up: a day, and four hours of the next.</summary>
    const int AtLeisureMax = 3;

    /// <summary>Events kept for the statistics.</summary>
    const int EventsMax = 100;

    /// <summary>What is asked for within this time is deleted together.</summary>
    static readonly TimeSpan DeletionDelay = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim _turn = new(1, 1);
    readonly SemaphoreSlim _deletionAsked = new(0);
    readonly SemaphoreSlim _deleting = new(1, 1);
    readonly DueMerges _due = new(tiers, journal, options);
    readonly MergePace _pace = new(time, options.MergeShare);
    readonly List<StorageEvent> _events = [];
    long? _lastMergeMs;
    string? _lastError;

    /// <summary>The time that retention counts from.</summary>
    public RetentionClock Clock { get; } = new(time);

    /// <summary>When a merge last wrote something, ms since 1970 UTC; null where none has.</summary>
    public long? LastMergeMs => _lastMergeMs;

    /// <summary>What failed since the last turn, or in it; null where nothing did.</summary>
    public string? LastError => _lastError;

    public IReadOnlyList<StorageEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The store is open; its newest timestamp in memory is given.</summary>
    public void Begin(long newestMs) => Clock.Begin(
        tiers.All.SelectMany(list => list.Current).Select(static b => b.Totals.NewestMs).Append(newestMs).Max(), Tell);

    /// <summary>Merges, drops and deletes whatever is due now.</summary>
    /// <exception cref="IOException">The disk is full or broken; what was not done is due again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await CarryOutDeletionsAsync(cancellationToken);
        await MergeAsync(cancellationToken);
        await AloneAsync(
            () =>
            {
                Retire(cancellationToken);
                KeepToSize(cancellationToken);
            },
            cancellationToken);
        _lastError = null;
    }

    /// <summary>The same without resting in between, for somebody who waits.</summary>
    public async Task RunNowAsync(CancellationToken cancellationToken)
    {
        _pace.BeginWait();
        try
        {
            await RunAsync(cancellationToken);
        }
        finally
        {
            _pace.EndWait();
        }
    }

    /// <summary>Does it again and again, beside flushing, which must not wait for it.</summary>
    public async Task LoopAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await RunAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.CareFailed(logger, e);
            }
        }
    }

    /// <summary>A deletion was asked for: it is carried out soon, not only when the next turn is due.</summary>
    public void BeginDeletion() => _deletionAsked.Release();

    /// <summary>Carries deletions out as they are asked for. One that fails is tried again in each turn.</summary>
    public async Task DeletionLoopAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _deletionAsked.WaitAsync(cancellationToken);
            await Task.Delay(DeletionDelay, time, cancellationToken);
            try
            {
                await CarryOutDeletionsAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.CareFailed(logger, e);
            }
        }
    }

    /// <summary>
    /// Makes the days of a backfill readable. It counts as stored from that moment: deletions asked for before are
    /// carried out first, so that they do not hide what it brings, and those asked for later are for it.
    /// </summary>
    public async Task PublishAsync(
        IReadOnlyList<BackfillPiece> pieces, Action committed, CancellationToken cancellationToken)
    {
        if (pieces.Count == 0)
        {
            return;
        }

        bool isPublished = false;
        while (!isPublished)
        {
            await CarryOutDeletionsAsync(cancellationToken);
            await AloneAsync(
                () => isPublished = tombstones.WhileNoneComes(deletions => TryPublish(pieces, deletions, committed)),
                cancellationToken);
        }
    }

    bool TryPublish(IReadOnlyList<BackfillPiece> pieces, Tombstone[] deletions, Action committed)
    {
        if (deletions.Length == 0)
        {
            tiers.Replace([.. pieces.Select(p => (tiers.Raw, p.Path))], [], [], committed);
        }

        return deletions.Length == 0;
    }

    /// <summary>Does something while nothing else changes the files.</summary>
    public async Task AloneAsync(Action work, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(cancellationToken);
        try
        {
            await options.RunBeside(() =>
            {
                tiers.FinishReplacement();
                work();
            });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _lastError = e.Message;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _deleting.Dispose();
        _deletionAsked.Dispose();
    }

    async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        _pace.BeginWait();
        try
        {
            await _turn.WaitAsync(cancellationToken);
        }
        finally
        {
            _pace.EndWait();
        }
    }

    async Task CarryOutDeletionsAsync(CancellationToken cancellationToken)
    {
        await _deleting.WaitAsync(cancellationToken);
        try
        {
            var deletions = tombstones.Current;
            if (deletions.Length > 0)
            {
                await CarryOutAsync(deletions, cancellationToken);
            }
        }
        finally
        {
            _deleting.Release();
        }
    }

    async Task CarryOutAsync(Tombstone[] deletions, CancellationToken cancellationToken)
    {
        if (Array.Exists(deletions, d => d.BeforeSegment > journal.OldestNumber))
        {
            // What it deletes may stand in the journal still, whence a crash would bring it back.
            await flushHeadAsync(cancellationToken);
        }

        await AloneAsync(
            () =>
            {
                CarryOut(deletions, cancellationToken);
                tiers.DeleteUnwanted();
                tombstones.Remove(deletions);
            },
            cancellationToken);
    }

    /// <summary>
    /// Writes the blocks anew that hold what these deletions name.
    /// </summary>
    void CarryOut(Tombstone[] deletions, CancellationToken cancellationToken)
    {
        foreach (var block in tiers.Raw.Current)
        {
            if (block.Kind == BlockKind.Flushed && deletions.Any(d => Concerns(d, block)))
            {
                RewriteFlushed(block, cancellationToken);
            }
        }

        var days = tiers.All.SelectMany(list => list.Current)
            .Where(b => b.Kind != BlockKind.Flushed && deletions.Any(d => Concerns(d, b)))
            .Select(b => MergeSchedule.DayOf(b.Totals.FromMs));
        foreach (long dayMs in days.Distinct().Order().ToArray())
        {
            RewriteDay(dayMs, cancellationToken);
        }
    }

    /// <summary>
    /// Merges what is due, one after the other: in between others have their turn. What is not done at the pace before
    /// more is due is hurried.
    /// </summary>
    async Task MergeAsync(CancellationToken cancellationToken)
    {
        var done = new HashSet<(long FromMs, long ToMs)>();
        Action closing = tiers.CloseRetired;
        while (true)
        {
            bool any = false;
            await AloneAsync(
                () =>
                {
                    closing();
                    closing = static () => { };
                    var due = _due.At(NowMs).Where(job => !done.Contains((job.FromMs, job.ToMs))).ToList();
                    if (due is [var job, ..])
                    {
                        any = done.Add((job.FromMs, job.ToMs));
                        _pace.IsBehind = due.Count > AtLeisureMax || IsTooLarge;
                        Merge(job, cancellationToken);
                    }
                },
                cancellationToken);
            if (!any)
            {
                return;
            }
        }
    }

    /// <summary>Drops what is older than it is to be kept. Raw samples go when their roll-ups are written.</summary>
    void Retire(CancellationToken cancellationToken)
    {
        var plan = new RetentionPlan(options, tombstones.Current, Clock.NowMs);
        var part = new SortedSet<long>();
        foreach (var list in tiers.All)
        {
            var whole = new List<Block>();
            foreach (var block in list.Current)
            {
                var expiry = ExpiryOf(plan, list, block);
                if (expiry == Expiry.Whole && block.Kind == BlockKind.Flushed)
                {
                    RollUpAndDrop([block], cancellationToken);
                }
                else if (expiry == Expiry.Whole)
                {
                    whole.Add(block);
                }
                else if (expiry == Expiry.Part && block.Kind != BlockKind.Flushed)
                {
                    part.Add(MergeSchedule.DayOf(block.Totals.FromMs));
                }
            }

            tiers.Delete(list, whole);
            foreach (var block in whole)
            {
                Log.Retired(logger, block.Path, DateTimeOffset.FromUnixTimeMilliseconds(block.Totals.NewestMs));
            }
        }

        foreach (long dayMs in part)
        {
            RewriteDay(dayMs, cancellationToken);
        }
    }

    static Expiry ExpiryOf(RetentionPlan plan, BlockList list, Block block)
    {
        try
        {
            return plan.ExpiryOf(block);
        }
        catch (CorruptDataException e)
        {
            list.Report(e);
            return Expiry.None;
        }
    }

    bool IsTooLarge => options.DiskBytesMax > 0 && journal.Bytes + tiers.FileBytes > options.DiskBytesMax;

    /// <summary>Deletes the oldest until all of it is within the size limit again, and says so.</summary>
    void KeepToSize(CancellationToken cancellationToken)
    {
        while (IsTooLarge)
        {
            long before = tiers.FileBytes;
            string? what = DropOldest(cancellationToken);
            if (what is null)
            {
                return;
            }

            Tell($"The size limit of {options.DiskBytesMax} bytes was exceeded: {what} deleted, " +
                $"{before - tiers.FileBytes} bytes freed.");
        }
    }

    void Tell(string text)
    {
        Log.Told(logger, text);
        lock (_events)
        {
            if (_events.Count == EventsMax)
            {
                _events.RemoveAt(0);
            }

            _events.Add(new StorageEvent(NowMs, text));
        }
    }

    string? DropOldest(CancellationToken cancellationToken)
    {
        var raw = tiers.Raw.Current;
        long newestDay = raw.Length == 0 ? 0 : MergeSchedule.DayOf(raw[^1].Totals.FromMs);
        if (raw.Length > 0 && MergeSchedule.DayOf(raw[0].Totals.FromMs) is var dayMs && dayMs < newestDay)
        {
            var flushed = Array.FindAll(_due.Raw(dayMs), b => b.Kind == BlockKind.Flushed);
            if (flushed.Length > 0)
            {
                RollUpAndDrop(flushed, cancellationToken);
            }

            tiers.Delete(tiers.Raw, _due.Raw(dayMs));
            return $"raw samples of {Day(dayMs)}";
        }

        foreach (var list in (BlockList[])[tiers.FiveMinutes, tiers.OneHour])
        {
            if (list.Current is [var oldest, ..])
            {
                tiers.Delete(list, [oldest]);
                return $"roll-ups of {(list == tiers.FiveMinutes ? "five minutes" : "an hour")} of " +
                    Day(oldest.Totals.FromMs);
            }
        }

        return null;
    }

    /// <summary>Keeps the roll-ups of raw samples that no merge will see any more.</summary>
    void RollUpAndDrop(Block[] flushed, CancellationToken cancellationToken)
    {
        foreach (var day in flushed.GroupBy(static b => MergeSchedule.DayOf(b.Totals.FromMs)))
        {
            Merge(
                new MergeJob
                {
                    FromMs = day.Key,
                    ToMs = day.Key + DayMs,
                    Raw = [.. day],
                    Rollups = _due.Rollups(day.Key),
                    IsRawComplete = false,
                    DropsRaw = true,
                },
                cancellationToken);
        }
    }

    void RewriteFlushed(Block block, CancellationToken cancellationToken) => Merge(
        DueMerges.Joining([block], block.Totals.FromMs, block.Totals.ToMs, block.Totals.CoveredSegment),
        cancellationToken);

    /// <summary>Writes a merged day anew, without what is deleted or past its time.</summary>
    void RewriteDay(long dayMs, CancellationToken cancellationToken)
    {
        Block[] raw = Array.FindAll(_due.Raw(dayMs), static b => b.Kind == BlockKind.Merged);
        Merge(
            new MergeJob
            {
                FromMs = dayMs,
                ToMs = dayMs + DayMs,
                Raw = raw,
                Rollups = _due.Rollups(dayMs),
                IsRawComplete = raw.Length > 0,
            },
            cancellationToken);
    }

    void Merge(MergeJob job, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        var (numbers, plan) = tombstones.WhileNoneComes(deletions =>
            (new MergeNumbers(tiers.Numbers, job), new RetentionPlan(options, deletions, Clock.NowMs)));
        using var merge = new SpanMerge(tiers, job, numbers, plan, _pace, tiers.Raw.Report);
        merge.Run(cancellationToken);
        var files = merge.Files;
        tiers.Replace(files, merge.Read, merge.Damaged, merge.Commit);
        _lastMergeMs = NowMs;
        Log.Merged(
            logger, job.Raw.Count + job.Rollups.Count, files.Count, Day(job.FromMs), merge.Samples,
            (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    bool Concerns(Tombstone deletion, Block block)
    {
        if (!deletion.IsFor(block) || !block.Overlaps(deletion.Range))
        {
            return false;
        }

        try
        {
            using var lease = block.Borrow();
            return Selection.Select(block, deletion.Matchers, null).Length > 0;
        }
        catch (CorruptDataException e)
        {
            tiers.Raw.Report(e);
            return true;
        }
    }

    static string Day(long dayMs) => $"{DateTimeOffset.FromUnixTimeMilliseconds(dayMs):yyyy-MM-dd}";
}
