using Microsoft.Extensions.Logging;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The store of samples: a journal that survives kill -9, a head of open chunks in memory, blocks of the hours
/// before. One folder, one process. All members may be called from any thread.
/// </summary>
public sealed class SampleStore : ISampleSink, IRollupSource, IAsyncDisposable
{
    /// <summary>How often a disk that refused writes is tried again.</summary>
    static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    /// <summary>How often it is checked whether an hour is to be written or old blocks are to go.</summary>
    static readonly TimeSpan MaintenanceInterval = TimeSpan.FromMinutes(1);

    /// <summary>Damages kept for the statistics.</summary>
    const int DamagesMax = 100;

    readonly StorageOptions _options;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Disk _disk;
    readonly IDisposable _folderLock;
    readonly Head _head = new();
    readonly JournalLog _journal;
    readonly JournalSync _sync;
    readonly Appender _appender;
    readonly AppendTurns _turns;
    readonly StoredSamples _samples;
    readonly StoreSource _source;
    readonly BlockTiers _tiers;
    readonly BlockList _blocks;
    readonly Tombstones _tombstones;
    readonly RollupSettings _rollups;
    readonly BlockCare _care;
    readonly HeadFlush _flush;
    readonly Deletions _deletions;
    readonly FlushTurn _turn;
    readonly List<StorageDamage> _damages = [];
    readonly CancellationTokenSource _stop = new();
    readonly List<Task> _loops = [];
    volatile string? _notWritable;
    volatile bool _flushOwed;
    long _samplesReplayed;
    TimeSpan _recoveryTime;
    int _disposed;

    SampleStore(StorageOptions options, TimeProvider time, ILogger logger, IDisposable folderLock)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _folderLock = folderLock;
        _disk = options.Disk;
        _journal = new JournalLog(JournalFolder, _disk, options.JournalSegmentBytesMax);
        _sync = new JournalSync(_journal, time, options.FsyncInterval, OnBrokenSync);
        _tiers = new BlockTiers(_disk, options.DataFolder, PageCache.OfThisMachine(), logger, AddDamage);
        _blocks = _tiers.Raw;
        _tombstones = new Tombstones(_disk, options.DataFolder);
        _care = new BlockCare(_tiers, _tombstones, _journal, options, time, logger, FlushAsync);
        _samples = new StoredSamples(_head, _blocks, _tombstones);
        _rollups = new RollupSettings(options, time, _care.Clock);
        _source = new StoreSource(_head, _tiers, _samples, _rollups, host: null);
        _appender = new Appender(_head, _journal, options, time);
        _turns = new AppendTurns(_appender, OnBrokenDisk);
        _turn = new FlushTurn(time);
        _flush = new HeadFlush(_head, _journal, _turns, _blocks, _disk, logger);
        _deletions = new Deletions(_tombstones, _tiers, _flush, _source, time, logger);
    }

    /// <summary>
    /// Takes the folder, reads the journal back and starts the background work. Damage is cut off or set aside and
    /// reported in <see cref="Statistics"/>, never fatal.
    /// </summary>
    /// <exception cref="DataFolderLockedException">Another process holds the folder.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public static SampleStore Open(StorageOptions options, TimeProvider time, ILogger logger)
    {
        options.Validate();
        options.Disk.CreateFolder(options.DataFolder);
        var folderLock = options.Disk.Lock(options.DataFolder);
        try
        {
            var store = new SampleStore(options, time, logger, folderLock);
            store.Recover();
            store.Start();
            return store;
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Whether samples are accepted now. False when the disk is full or broken; recovers by itself.</summary>
    public bool IsWritable => _notWritable is null;

    /// <summary>Why samples are refused, or null.</summary>
    public string? NotWritableReason => _notWritable;

    /// <summary>
    /// Why what is in memory could not be written to blocks, or blocks not be merged, the last time; null where they
    /// could. Nothing is lost, and it is tried again every minute.
    /// </summary>
    public string? NotTidyReason() => _turn.LastError ?? _care.LastError;

    /// <summary>The hosts with samples in head or blocks, sorted; series without a host are not one.</summary>
    public IReadOnlyList<string> Hosts
    {
        get
        {
            var hosts = _head.HostNames();
            hosts.UnionWith(_blocks.Hosts);
            hosts.Remove(""); // Series that belong to no host.
            return [.. hosts];
        }
    }

    /// <summary>The state of the store now.</summary>
    public StorageStatistics Statistics
    {
        get
        {
            var totals = _appender.Totals;
            var blocks = _blocks.Current;
            lock (_damages)
            {
                return new StorageStatistics
                {
                    SeriesActive = _head.Series.Count,
                    HostsActive = _head.HostCount,
                    SamplesAppended = totals.Accepted,
                    SamplesLate = totals.Late,
                    SamplesDuplicate = totals.Duplicate,
                    SamplesConflicting = totals.Conflicting,
                    SamplesRefused = totals.Refused,
                    HostsLimited = _appender.Limits.Hosts,
                    HeadBytes = _head.Bytes,
                    JournalBytes = _journal.Bytes,
                    JournalSegments = _journal.SegmentCount,
                    Blocks = blocks.Length,
                    BlockBytes = blocks.Sum(b => b.FileBytes),
                    RollupBlocks = _tiers.FiveMinutes.Current.Length + _tiers.OneHour.Current.Length,
                    RollupBytes = _tiers.FileBytes - _blocks.Current.Sum(b => b.FileBytes),
                    OldestRawMs = blocks.Length == 0 ? null : blocks.Min(b => b.Totals.OldestMs),
                    LastMergeMs = _care.LastMergeMs,
                    LastCareError = _care.LastError,
                    DeletionsPending = _tombstones.Current.Length,
                    Events = _care.Events,
                    LastFlushMs = _turn.LastMs,
                    LastFlushError = _turn.LastError,
                    Damages = [.. _damages],
                    RecoveryTime = _recoveryTime,
                    SamplesReplayed = _samplesReplayed,
                };
            }
        }
    }

    /// <summary>The files in the folder.</summary>
    public IReadOnlyList<StoredFile> Files => StoredFiles.Of(_disk, _options.DataFolder, _tiers);

    /// <summary>What the active series are made of: the <paramref name="most"/> greatest of each kind.</summary>
    public CardinalityReport CountSeries(int most) => Cardinality.Of(_head, most);

    string JournalFolder => Path.Combine(_options.DataFolder, "journal");

    /// <inheritdoc />
    public ValueTask<AppendOutcome> AppendAsync(SampleBatch batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (_notWritable is { } reason)
        {
            throw new IOException(reason);
        }

        var append = _turns.AppendAsync(batch);
        return _options.FsyncBeforeAck ? AcknowledgeAfterSyncAsync(append) : append;
    }

    /// <inheritdoc />
    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        _source.Select(matchers, range);

    /// <inheritdoc />
    public IReadOnlyList<ISampleSeries> SelectInAnyOrder(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        _source.SelectInAnyOrder(matchers, range);

    /// <inheritdoc />
    public IReadOnlyList<RollupTier> Tiers => _source.Tiers;

    /// <inheritdoc />
    public long OldestRawMs(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        _source.OldestRawMs(matchers, range);

    /// <inheritdoc />
    public Func<LabelSet, bool>? KeepsRaw(long fromMs) => _source.KeepsRaw(fromMs);

    /// <inheritdoc />
    public IReadOnlyList<IRollupSeries> SelectRollups(
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, RollupTier tier) =>
        _source.SelectRollups(matchers, range, tier);

    /// <inheritdoc />
    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        _source.LabelNames(matchers, range);

    /// <inheritdoc />
    public IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        _source.LabelValues(name, matchers, range);

    /// <summary>The newest sample of every active series.</summary>
    public NewestSamples Newest => new(_head);

    /// <summary>The newest samples of one host.</summary>
    public FollowedHost Follow(string host) => new(_head, host);

    /// <summary>Only the series of one host (<see cref="SeriesKey.HostOf"/>); empty where it is unknown.</summary>
    public IRollupSource ForHost(string host) => new StoreSource(_head, _tiers, _samples, _rollups, host);

    /// <summary>
    /// Writes all that is in memory to blocks, the current hour included, and deletes the journal segments they
    /// cover. Happens by itself some minutes after every hour, for that hour.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken: everything stays in memory and journal.</exception>
    public Task FlushAsync(CancellationToken cancellationToken) => FlushBeforeAsync(long.MaxValue, cancellationToken);

    /// <summary>Begins to write history straight into blocks of past days (<see cref="BackfillWriter"/>).</summary>
    public BackfillWriter BeginBackfill() => new(
        _disk, _tiers, _time, _options, _care.PublishAsync, _blocks.Report, _logger);

    /// <summary>
    /// Deletes the samples of a span of all series that satisfy the matchers. When this returns no query sees them any
    /// more; files are written anew in the background. What arrives later for the span is stored.
    /// </summary>
    /// <param name="selectors">What the series satisfy: one of these lists, of at least one matcher each.</param>
    /// <param name="range">The span, both ends included; it ends now at the latest.</param>
    /// <exception cref="ArgumentException">There are no matchers.</exception>
    /// <exception cref="IOException">The disk is full or broken: nothing is deleted.</exception>
    public async Task<DeletionOutcome> DeleteAsync(
        IReadOnlyList<IReadOnlyList<LabelMatcher>> selectors, TimeRange range, CancellationToken cancellationToken)
    {
        var outcome = default(DeletionOutcome);
        await _turn.RunAsync(async () => outcome = await _deletions.AskAsync(selectors, range), cancellationToken);
        _care.BeginDeletion();
        return outcome;
    }

    /// <summary>
    /// Makes a consistent copy of all samples in a folder that does not exist yet, while everything goes on: hard
    /// links, so it takes neither room nor time. Every sample acknowledged before the call is in it.
    /// </summary>
    /// <exception cref="IOException">The folder exists, or the disk is full or broken.</exception>
    public Task SnapshotAsync(string folder, CancellationToken cancellationToken) => _turn.RunAsync(
        async () =>
        {
            IReadOnlyList<string> journal = [];
            await _turns.RunAloneAsync(() =>
            {
                _journal.RollIfUsed();
                journal = _journal.SealedPaths;
            });
            _sync.SyncNow();
            await _options.RunBeside(
                () => _tiers.WhileUnchanged(() => StoreSnapshot.Take(_disk, _tiers, journal, folder)));
        },
        cancellationToken);

    /// <summary>Does the background work on blocks that is due, now instead of within a minute: for tools.</summary>
    public Task CareNowAsync(CancellationToken cancellationToken) => _care.RunNowAsync(cancellationToken);

    /// <summary>
    /// Stops the background work, writes what is in memory to blocks (so that the next start has no journal to read),
    /// hands everything to the disk and frees the folder. Where the disk refuses, the journal keeps it all.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        if (_options.FlushOnClose && (IsWritable || _flushOwed))
        {
            await FlushOnCloseAsync();
        }

        await _turn.RunAsync(
            async () =>
            {
                await _turns.RunAloneAsync(_journal.Seal);
                _sync.SyncNow();
                _journal.Dispose();
                _tiers.Dispose();
            },
            CancellationToken.None);
        _care.Dispose();
        _turn.Dispose();
        _folderLock.Dispose();
        _stop.Dispose();
    }

    async Task FlushOnCloseAsync()
    {
        try
        {
            await FlushBeforeAsync(long.MaxValue, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or CorruptDataException or UnauthorizedAccessException)
        {
            Log.ClosingFailed(_logger, e);
        }
    }

    async ValueTask<AppendOutcome> AcknowledgeAfterSyncAsync(ValueTask<AppendOutcome> append)
    {
        var outcome = await append;
        await _sync.WaitAsync();
        return outcome;
    }

    void Recover()
    {
        long started = _time.GetTimestamp();
        _disk.CreateFolder(JournalFolder);
        _tiers.Open();
        _tombstones.Open(_tiers.Numbers, AddDamage, _logger);
        (_samplesReplayed, long oldestMs, long newestMs) = JournalRecovery.Run(
            _disk, JournalFolder, _head, _journal, _blocks.Current, _tombstones.Current, AddDamage, _logger);
        _rollups.Begin(oldestMs);
        _care.Begin(newestMs);
        _recoveryTime = _time.GetElapsedTime(started);
        Log.Opened(_logger, _options.DataFolder, _head.Series.Count, _samplesReplayed, _journal.SegmentCount,
            _blocks.Current.Length, (long)_recoveryTime.TotalMilliseconds);
    }

    void Start()
    {
        _loops.Add(WatchAsync(
            _options.FsyncBeforeAck ? _sync.RunOnDemandAsync(_stop.Token) : _sync.RunByIntervalAsync(_stop.Token)));
        _loops.Add(WatchAsync(ProbeAsync(_stop.Token)));
        _loops.Add(WatchAsync(MaintainAsync(_stop.Token)));
        _loops.Add(WatchAsync(_care.LoopAsync(MaintenanceInterval, _stop.Token)));
        _loops.Add(WatchAsync(_care.DeletionLoopAsync(_stop.Token)));
    }

    /// <summary>
    /// A loop that ends before it was told to is a bug: it is logged, and samples are no longer promised safe.
    /// </summary>
    async Task WatchAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The store is being closed.
        }
        catch (Exception e)
        {
            Log.MaintenanceFailed(_logger, e);
            _notWritable = $"Background work of the store ended: {e.Message} Restart the server.";
        }
    }

    async Task MaintainAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(MaintenanceInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                long dueMs = FlushSchedule.DueBeforeMs(_time.GetUtcNow(), _options.FlushDelay);
                if ((dueMs > _rollups.FlushedBeforeMs || _flushOwed) && IsWritable)
                {
                    await FlushDueAsync(dueMs, cancellationToken);
                }
                else if (IsWritable && FlushSchedule.IsEarlyDue(
                    _head.ClosedBytes, _head.Series.Count, _time.GetUtcNow(), _options))
                {
                    await FlushAloneAsync(_flush.RunEarlyAsync, cancellationToken);
                }
            }
            catch (IOException e)
            {
                Log.FlushFailed(_logger, e);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.MaintenanceFailed(_logger, e);
            }
        }
    }

    /// <summary>
    /// After a failed fsync nobody knows what of the journal reached the disk, and asking again does not tell: the
    /// kernel forgets. Everything is in memory still, so all of it goes into blocks.
    /// </summary>
    async Task FlushDueAsync(long dueMs, CancellationToken cancellationToken)
    {
        bool owed = _flushOwed;
        _flushOwed = false;
        try
        {
            await FlushBeforeAsync(owed ? long.MaxValue : dueMs, cancellationToken);
        }
        catch
        {
            _flushOwed |= owed;
            throw;
        }

        _rollups.FlushedBeforeMs = dueMs;
    }

    Task FlushBeforeAsync(long beforeMs, CancellationToken cancellationToken) =>
        FlushAloneAsync(() => _flush.RunAsync(beforeMs), cancellationToken);

    Task FlushAloneAsync(Func<Task> flush, CancellationToken cancellationToken) => _turn.FlushAsync(
        async () =>
        {
            await flush();
            await _flush.RemoveIdleAsync((_time.GetUtcNow() - _options.IdleMax).ToUnixTimeMilliseconds());
        },
        cancellationToken);

    void AddDamage(StorageDamage damage)
    {
        lock (_damages)
        {
            if (_damages.Count < DamagesMax && !_damages.Contains(damage))
            {
                _damages.Add(damage);
            }
        }
    }

    void OnBrokenSync(IOException e)
    {
        OnBrokenDisk(e);
        _flushOwed = true;
    }

    void OnBrokenDisk(IOException e)
    {
        if (_notWritable is null)
        {
            Log.NotWritable(_logger, e.Message);
        }

        _notWritable = $"The journal in {JournalFolder} cannot be written: {e.Message.TrimEnd('.')}. " +
            "Samples are refused until it can.";
    }

    async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProbeInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (_notWritable is not null)
            {
                await _turns.RunAloneAsync(Probe);
            }
        }
    }

    /// <summary>A new segment can be begun exactly when samples can be written.</summary>
    void Probe()
    {
        try
        {
            _journal.Roll();
            _notWritable = null;
            Log.WritableAgain(_logger);
        }
        catch (IOException e)
        {
            OnBrokenDisk(e);
        }
    }
}
