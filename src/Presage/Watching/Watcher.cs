using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Query;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// Watches all hosts: each turn (one a second) evaluates the vital signs of every host with new samples at data time,
/// feeds the detectors, stores readings, bands and scores as presage_* series, notices hosts that fall silent, and
/// keeps the anomalies. History that arrives late or in bulk is evaluated step by step, so it teaches as live data do.
///
/// <see cref="TurnAsync"/> and <see cref="Save()"/> belong to one loop and never overlap; the members that read may be
/// called from any thread at any time.
/// </summary>
public sealed class Watcher
{
    /// <summary>Samples of one append; at 10,000 hosts a turn makes several.</summary>
    const int BatchSamplesMax = 20_000;

    /// <summary>presage_host_up of a silent host is repeated this often: rules look back 5 min.</summary>
    const long SilentUpEveryMs = 5_000;

    /// <summary>What spans more between two turns is history: it teaches, and only what follows is told.</summary>
    const long HistoryFromMs = 900_000;

    const long DescribeEveryMs = 60_000;
    const long TrimEveryMs = 3_600_000;

    readonly WatchedStore _store;
    readonly VitalPlans _plans;
    readonly HostDescribing _describing;
    readonly StateDatabase _state;
    readonly HostWatches _kept;
    readonly HostJudging _judging;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly WatcherOptions _options;
    readonly SampleBatch _batch = new();
    readonly ReadingsOutput _output;
    readonly List<(HostEntry Entry, long NewestMs, int Samples)> _own = [];
    readonly List<AnomalyEvent> _events = [];

    /// <summary>Guards <see cref="_watches"/>: the loop adds and removes, readers look up.</summary>
    readonly Lock _gate = new();
    readonly Dictionary<string, HostWatch> _watches = new(StringComparer.Ordinal);
    long _savedMs;
    long _trimmedMs;
    long _revision;

    public Watcher(
        WatchedStore store,
        PromQlEngine engine,
        VitalCatalogue catalogue,
        HostRegistry registry,
        StateDatabase state,
        TimeProvider time,
        ILogger logger,
        WatcherOptions? options = null)
    {
        _store = store;
        _output = new ReadingsOutput(_batch);
        _plans = new VitalPlans(catalogue, engine);
        _describing = new HostDescribing(engine, registry);
        Registry = registry;
        _state = state;
        _time = time;
        _logger = logger;
        _options = options ?? new WatcherOptions();
        _judging = new HostJudging(_plans, _options, logger);
        (Anomalies, Labels) = (new AnomalyLog(state, _options.News), new AnomalyLabels(state));
        _kept = new HostWatches(state, catalogue, Anomalies, Labels, _options, logger);
        Peers = new PeerWatch(state, Anomalies, Labels, _options.FalseAlarms, logger);
        _savedMs = NowMs;
    }

    public HostRegistry Registry { get; }

    public AnomalyLog Anomalies { get; }

    /// <summary>What users said of anomalies.</summary>
    public AnomalyLabels Labels { get; }

    /// <summary>Hosts compared with their twins.</summary>
    public PeerWatch Peers { get; }

    /// <summary>Grows with each turn that evaluated something: a live page asks again when it has changed.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>
    /// The latest reading of each vital sign, in the catalogue's order; empty for a host never evaluated.
    /// </summary>
    public IReadOnlyList<VitalSnapshot> ReadingsOf(string host) => Watch(host)?.Readings() ?? [];

    /// <summary>How far learning has come; null for a host never evaluated.</summary>
    public HostLearning? LearningOf(string host) => Watch(host)?.Learning();

    /// <summary>The vital signs with a running anomaly, rarest first.</summary>
    public IReadOnlyList<UnusualVital> UnusualOf(string host) => Watch(host)?.Unusual() ?? [];

    /// <summary>How unusual the host is as a whole.</summary>
    public HostOddity OddityOf(string host)
    {
        var own = Watch(host)?.Oddity() ?? HostOddity.Unknown;
        return own.Level == 0 && Peers.Of(host)?.Sentence is { } unlike ? own.Raised(unlike) : own;
    }

    /// <summary>The anomaly of the host as a whole, if one runs.</summary>
    public UnusualHost? AnomalyOf(string host) => Watch(host)?.AsWhole();

    /// <summary>Why a host's score is high now; null while it is not.</summary>
    internal RaisedScore? RaisedOf(string host) => Watch(host)?.Raised;

    /// <summary>The last anomaly of a host, in words; null while one runs and before the first.</summary>
    public string? EndedOf(string host) => Watch(host) is not { Judge.Running: null } watch
        ? null
        : watch.Ended() ?? (Anomalies.Last(host) is { EndMs: not null } last ? last.Sentence : null);

    /// <summary>The cheap look at every series; null where only vital signs are watched.</summary>
    internal SeriesWatching? Series { get; init; }

    /// <summary>When hosts are under maintenance.</summary>
    public Maintenance Maintenance
    {
        get => _judging.Maintenance;
        init => _judging.Maintenance = value;
    }

    /// <summary>How learning on request goes.</summary>
    public Training Training { get; } = new();

    /// <summary>
    /// Learns one host as a whole and the rhythms of its vital signs from its stored history at once; how many rows
    /// there were, 0 when they were too few. Belongs to the loop, or to a tool without one.
    /// </summary>
    public int Learn(string host, TimeSpan since, Action<double>? progress, CancellationToken cancellationToken)
    {
        if (Registry.Entry(host) is not { } entry || entry.NewestMs == long.MinValue)
        {
            return 0;
        }

        Series?.Learn(host, NowMs, since);
        var watch = Watch(host) ?? Meet(entry);
        if (watch.EvaluatedMs == long.MinValue)
        {
            // Of a host that was never watched it is not known yet which vital signs it has.
            Evaluate(entry, watch, cancellationToken);
        }

        bool isLearned = _judging.Learn(entry, watch, _store.ForHost(host), since, progress, cancellationToken);
        _state.Write(connection =>
        {
            HostModels.Save(connection, host, watch.Judge, NowMs);
            DetectorStates.Save(connection, host, watch.AllTracks(), NowMs);
        });
        return isLearned ? watch.Judge.Whole.LearnedRows : 0;
    }

    /// <summary>One turn: evaluates what is due, stores the results, saves when it is time to.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        long nowMs = NowMs;
        _judging.Begin();
        Series?.Turn(nowMs, Maintenance);
        Peers.Turn(nowMs, Watched, Maintenance, _events);
        foreach (var entry in Registry.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Turn(entry, nowMs, cancellationToken);
            if (_batch.SampleCount >= BatchSamplesMax)
            {
                await AppendAsync(cancellationToken);
            }
        }

        await AppendAsync(cancellationToken);
        Training.AskImported(Registry.Entries, nowMs, _logger);
        Training.Turn(Learn, cancellationToken);
        DropForgotten();
        WriteEvents();
        if (nowMs - _savedMs >= _options.SaveEvery.TotalMilliseconds)
        {
            Save(nowMs, _options.HostsPerSaveMax, isStopping: false);
        }
    }

    /// <summary>Saves everything learned; at stop.</summary>
    public void Save() => Save(NowMs, int.MaxValue, isStopping: true);

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    void Turn(HostEntry entry, long nowMs, CancellationToken cancellationToken)
    {
        entry.Rate(nowMs);
        if (entry.IsSilentAt(nowMs) && nowMs - entry.NewestMs > _options.ForgetAfter.TotalMilliseconds)
        {
            Log.HostForgotten(_logger, entry.Name, TimeSpan.FromMilliseconds(nowMs - entry.NewestMs));
            Registry.Forget(entry.Name);
            return;
        }

        var watch = Watch(entry.Name) ?? Meet(entry);
        int before = _batch.SampleCount;
        if (entry.NewestMs > watch.EvaluatedMs || watch.Judge.HasNews)
        {
            // A host whose queries fail (too many series, damaged data) must not stop the others.
            try
            {
                Evaluate(entry, watch, cancellationToken);
            }
            catch (Exception e) when (e is PromQlExecutionException or IOException or InvalidDataException)
            {
                Log.HostNotEvaluated(_logger, entry.Name, e);
            }
        }

        Report(entry, watch, nowMs, before);
        watch.TakeEvents(_events);
    }

    void Evaluate(HostEntry entry, HostWatch watch, CancellationToken cancellationToken)
    {
        long newestMs = entry.NewestMs, beforeMs = watch.EvaluatedMs;
        var source = _store.ForHost(entry.Name);
        CadenceReading? history = null;
        bool isDue = newestMs - watch.DescribedMs >= DescribeEveryMs || watch.DescribedMs == long.MinValue ||
            (entry.Origin == HostOrigin.Imported && !entry.IsImported);
        if (isDue)
        {
            _describing.Describe(entry, watch, source, newestMs, cancellationToken);
        }

        var plans = _plans.For(entry.Cadence);
        var engine = _plans.EngineFor(entry.Cadence);
        Follow(entry, watch, plans, engine, source, newestMs);
        bool isMaintained = Maintenance.IsOn(entry.Name, newestMs);
        if (isMaintained)
        {
            watch.Pause();
        }

        watch.Evaluate(
            plans,
            engine,
            source,
            newestMs,
            (long)entry.Cadence.TotalMilliseconds,
            OldestMs,
            isMaintained,
            _output,
            cancellationToken);
        if (isDue)
        {
            watch.ReadCapacities(plans, engine, source, cancellationToken);
        }

        if (isMaintained)
        {
            watch.Judge.Whole.Skip(newestMs);
        }
        else if (watch.DescribedMs != long.MinValue)
        {
            _judging.Turn(entry, watch, source, Watches, cancellationToken);
        }

        long historyFromMs = Math.Max(HistoryFromMs, 3 * (long)entry.Cadence.TotalMilliseconds);
        watch.Conclude(isHistory: beforeMs == long.MinValue || newestMs - beforeMs > historyFromMs);
        watch.Date(source, newestMs);
        Interlocked.Increment(ref _revision);

        long OldestMs()
        {
            long fromMs = newestMs - (long)_options.HistoryMax.TotalMilliseconds;
            fromMs = watch.EvaluatedMs == long.MinValue ? fromMs : Math.Max(fromMs, watch.EvaluatedMs + 1);
            history ??= CadenceReading.Of(source, new TimeRange(fromMs, newestMs));
            return history?.OldestMs ?? newestMs;
        }
    }

    /// <summary>Takes the newest samples of a host that is not too fast for that.</summary>
    void Follow(
        HostEntry entry,
        HostWatch watch,
        IReadOnlyList<VitalPlan> plans,
        PromQlEngine engine,
        ISampleSource source,
        long newestMs)
    {
        if (entry.Cadence < VitalInputs.CadenceMin || watch.DescribedMs == long.MinValue)
        {
            watch.Inputs = null;
            return;
        }

        watch.Inputs ??= new VitalInputs(_store.Follow(entry.Name));
        watch.Inputs.Follow(
            plans,
            source,
            newestMs,
            (long)entry.Cadence.TotalMilliseconds,
            (long)engine.Limits.Lookback.TotalMilliseconds);
    }

    /// <summary>Notices silence and its end, and puts what is to be stored into the batch.</summary>
    /// <param name="before">Where in the batch this host's readings begin.</param>
    void Report(HostEntry entry, HostWatch watch, long nowMs, int before)
    {
        bool isSilent = entry.IsSilentAt(nowMs), isImported = entry.IsImported;
        if (isSilent && !watch.WasSilent)
        {
            if (!isImported)
            {
                Log.HostSilent(_logger, entry.Name, TimeSpan.FromMilliseconds(nowMs - entry.NewestMs));
            }

            watch.EndAll(_output);
        }
        else if (!isSilent && watch.WasSilent && watch.UpMs != long.MinValue)
        {
            Log.HostBack(_logger, entry.Name);
        }

        // Nobody is told that a host does not send which never has.
        long? upMs = isImported ? null
            : !isSilent ? Math.Max(entry.NewestMs, watch.WasSilent ? watch.UpMs + 1 : entry.NewestMs)
            : !watch.WasSilent || nowMs - watch.UpMs >= SilentUpEveryMs ? nowMs
            : null;
        watch.WasSilent = isSilent;
        watch.Flush(_batch, upMs, !isSilent);
        Series?.Flush(entry.Name, _batch);
        Peers.Flush(entry.Name, _batch);
        int samples = _batch.SampleCount - before;
        if (samples > 0)
        {
            long newestMs = long.MinValue;
            foreach (long timestampMs in _batch.TimestampsMs[before..])
            {
                newestMs = Math.Max(newestMs, timestampMs);
            }

            _own.Add((entry, newestMs, samples));
        }
    }

    async ValueTask AppendAsync(CancellationToken cancellationToken)
    {
        if (_batch.SampleCount == 0)
        {
            return;
        }

        foreach (var (entry, newestMs, samples) in _own)
        {
            entry.Arrivals.ExpectOwn(newestMs, samples);
        }

        try
        {
            var outcome = await _store.Sink.AppendAsync(_batch, cancellationToken);
            // Readings of history before what the store takes teach, and are not stored.
            if (outcome.Rejected > outcome.TooOld)
            {
                Log.ReadingsRejected(_logger, outcome.Rejected, outcome.FirstRefusal ?? "");
            }
        }
        catch (IOException e)
        {
            // The disk is full: readings stay in memory for the dashboard, the store reports the rest.
            Log.ReadingsNotStored(_logger, _batch.SampleCount, e.Message);
        }
        finally
        {
            foreach (var (entry, _, _) in _own)
            {
                entry.Arrivals.ExpectOwn(long.MinValue, 0);
            }

            _batch.Clear();
            _own.Clear();
        }
    }

    HostWatch? Watch(string host)
    {
        lock (_gate)
        {
            return _watches.GetValueOrDefault(host);
        }
    }

    IEnumerable<(HostEntry Entry, HostWatch Watch)> Watched()
    {
        lock (_gate)
        {
            return [.. Registry.Entries.Where(entry => _watches.ContainsKey(entry.Name))
                .Select(entry => (entry, _watches[entry.Name]))];
        }
    }

    IEnumerable<HostWatch> Watches()
    {
        lock (_gate)
        {
            return [.. _watches.Values];
        }
    }

    HostWatch Meet(HostEntry entry)
    {
        var watch = _kept.Load(entry.Name, NowMs);
        if (entry.IsImported && entry.ImportedMs == 0 && watch.Judge.Whole.LearnedRows == 0)
        {
            // Imported into the folder while no server ran.
            entry.ImportedMs = NowMs - Training.ImportPauseMs;
        }

        lock (_gate)
        {
            _watches[entry.Name] = watch;
        }

        return watch;
    }

    void DropForgotten()
    {
        lock (_gate)
        {
            foreach (string host in _watches.Keys)
            {
                if (Registry.Entry(host) is null)
                {
                    _watches.Remove(host);
                    Labels.Forget(host);
                    Peers.Forget(host);
                }
            }
        }
    }

    void WriteEvents()
    {
        if (_events.Count == 0)
        {
            return;
        }

        foreach (var happened in _events)
        {
            string sentence = SentenceTimes.Read(happened.Sentence, _time.LocalTimeZone, NowMs);
            Log.AnomalyChanged(_logger, happened.Host, happened.IsOpen ? "opened" : "closed", sentence);
        }

        Anomalies.Tell(_events);
        _events.Clear();
    }

    void Save(long nowMs, int hostsMax, bool isStopping)
    {
        _savedMs = nowMs;
        Registry.Save();
        Series?.Save(nowMs, isStopping);
        List<(string Host, HostWatch Watch)> due;
        lock (_gate)
        {
            due =
            [
                .. _watches.Where(pair => pair.Value.IsDirty || isStopping)
                    .OrderBy(static pair => pair.Value.SavedMs)
                    .Take(hostsMax)
                    .Select(static pair => (pair.Key, pair.Value)),
            ];
        }

        var running = new List<AnomalyEvent>();
        _kept.Save(due, nowMs, isStopping, running);
        Peers.AddRunning(running);
        if (isStopping)
        {
            Peers.Save(nowMs);
        }

        Anomalies.Write(running);
        if (nowMs - _trimmedMs >= TrimEveryMs)
        {
            _trimmedMs = nowMs;
            Anomalies.Trim(nowMs - (long)_options.AnomaliesFor.TotalMilliseconds);
        }
    }
}
