using Presage.Detection;
using Presage.Metrics;
using Presage.Onnx;
using Presage.Query;
using Presage.Watching;

namespace Presage.OwnModels;

/// <summary>
/// The models users bring, from a folder: asks them about every host as data time passes, calibrates what they answer,
/// stores it as presage_model_* series and lists their anomalies. Has a loop of its own: a model that is slow or broken
/// is set aside and holds up nothing else. The members that read may be called from any thread.
/// </summary>
sealed class ModelWatch
{
    const long LookEveryMs = 10_000;
    const double WeekSeconds = 604_800;

    /// <summary>What a batch may take.</summary>
    static readonly TimeSpan BatchTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>Of each turn, time to read history in.</summary>
    static readonly TimeSpan LearningTime = TimeSpan.FromMilliseconds(200);

    /// <summary>The part of the false alarms allowed that models may raise.</summary>
    const double AlarmShare = 0.5;

    readonly string _folder;
    readonly WatchedStore _store;
    readonly HostRegistry _registry;
    readonly AnomalyLog _log;
    readonly FalseAlarms _falseAlarms;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly ModelFiles _files;
    readonly SortedDictionary<string, ModelPlace> _models = new(StringComparer.Ordinal);
    readonly SampleBatch _batch = new();
    readonly List<AnomalyEvent> _events = [];
    volatile IReadOnlyList<ModelStatus> _statuses = [];
    volatile Dictionary<string, List<ModelFinding>> _findings = [];
    long _lookedMs = long.MinValue / 2;
    bool _isBegun;

    public ModelWatch(
        string folder,
        WatchedStore store,
        HostRegistry registry,
        AnomalyLog log,
        FalseAlarms falseAlarms,
        TimeProvider time,
        ILogger logger
    )
    {
        _folder = folder;
        _store = store;
        _registry = registry;
        _log = log;
        _falseAlarms = falseAlarms;
        _time = time;
        _logger = logger;
        _files = new ModelFiles(folder);
    }

    /// <summary>When hosts are under maintenance.</summary>
    public Maintenance Maintenance { get; init; } = Maintenance.None;

    /// <summary>Whether models are looked for at all.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Where models are looked for.</summary>
    public string Folder => _folder;

    /// <summary>All models, by name.</summary>
    public IReadOnlyList<ModelStatus> Statuses => _statuses;

    /// <summary>What models find odd on a host now, rarest first.</summary>
    public IReadOnlyList<ModelFinding> FindingsOf(string host) =>
        _findings.TryGetValue(host, out var findings) ? findings : [];

    /// <summary>What models find odd on all hosts, rarest first.</summary>
    public IEnumerable<(string Host, ModelFinding Finding)> Findings =>
        _findings
            .SelectMany(static host => host.Value.Select(finding => (host.Key, finding)))
            .OrderByDescending(static one => one.finding.Score);

    /// <summary>One turn: looks for changed files, asks about what is due, stores and tells.</summary>
    public async ValueTask TurnAsync(CancellationToken cancellationToken)
    {
        if (!IsEnabled)
        {
            return;
        }

        long nowMs = NowMs;
        Begin();
        if (nowMs - _lookedMs >= LookEveryMs)
        {
            _lookedMs = nowMs;
            LookForFiles();
        }

        if (_models.Count == 0 && _statuses.Count == 0)
        {
            return;
        }

        foreach (var place in _models.Values)
        {
            if (place.Running is { } running)
            {
                Turn(place, running, nowMs, cancellationToken);
            }
        }

        Tell(nowMs);
        Publish();
        await AppendAsync(cancellationToken);
    }

    /// <summary>Lets go of all models; at stop.</summary>
    public void Close()
    {
        foreach (var place in _models.Values)
        {
            place.Running?.Dispose();
        }

        _models.Clear();
    }

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What ran when the server stopped is found again in the history, or it is over.</summary>
    void Begin()
    {
        if (!_isBegun)
        {
            _isBegun = true;
            _log.CloseOfModels();
        }
    }

    void LookForFiles()
    {
        var (changed, gone) = _files.Look();
        foreach (string file in gone)
        {
            Drop(file);
            Log.ModelGone(_logger, Path.GetFileNameWithoutExtension(file));
        }

        foreach (string path in changed)
        {
            Take(path);
        }
    }

    void Take(string path)
    {
        string file = Path.GetFileName(path);
        Drop(file);
        var place = new ModelPlace(file) { SinceMs = NowMs };
        _models.Add(file, place);
        try
        {
            var (description, model) = ModelLoading.Load(path, BatchTimeMax);
            place.Running = new RunningModel(description, model, _batch, _time);
            Log.ModelTaken(_logger, place.Name, $"{model.Input}", $"{model.Output}");
        }
        catch (ModelException e)
        {
            SetAside(place, e.Message);
        }
    }

    void Drop(string file)
    {
        if (_models.Remove(file, out var place) && place.Running is { } running)
        {
            running.End(static _ => true);
            Collect(running);
            running.Dispose();
        }
    }

    void SetAside(ModelPlace place, string problem)
    {
        if (place.Running is { } running)
        {
            running.End(static _ => true);
            Collect(running);
            running.Dispose();
            place.Running = null;
        }

        place.Problem = problem;
        place.SinceMs = NowMs;
        Log.ModelSetAside(_logger, place.Name, problem.TrimEnd('.'));
    }

    void Turn(ModelPlace place, RunningModel running, long nowMs, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in _registry.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!running.IsLearning(entry.Name) && running.IsDue(entry.Name, entry.NewestMs))
                {
                    Advance(running, entry, cancellationToken);
                }
            }

            running.Finish();
            Learn(running, cancellationToken);
            running.Finish();
            running.Keep(name => _registry.Entry(name) is not null);
            running.End(series => _registry.Entry(series.Host)?.IsSilentAt(nowMs) != false);
            Collect(running);
        }
        catch (ModelException e)
        {
            SetAside(place, e.Message);
        }
    }

    /// <summary>Reads history in for a while, host by host.</summary>
    void Learn(RunningModel running, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        foreach (var entry in _registry.Entries)
        {
            while (running.IsLearning(entry.Name) && running.IsDue(entry.Name, entry.NewestMs))
            {
                if (_time.GetElapsedTime(began) > LearningTime)
                {
                    return;
                }

                Advance(running, entry, cancellationToken);
            }
        }
    }

    void Advance(RunningModel running, HostEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            running.Advance(
                entry.Name,
                entry.NewestMs,
                _store.ForHost(entry.Name),
                timestampMs => Maintenance.IsOn(entry.Name, timestampMs),
                cancellationToken
            );
        }
        catch (Exception e)
            when (e is PromQlException or PromQlExecutionException or IOException or InvalidDataException)
        {
            // Too many series, or damaged data: that step of that host is left out.
            running.Pass(entry.Name, entry.NewestMs);
            Log.HostNotAsked(_logger, running.Contract.Name, entry.Name, e.Message);
        }
    }

    /// <summary>Takes over what a model has to tell.</summary>
    void Collect(RunningModel running)
    {
        foreach (var (series, isOpen) in running.Changes)
        {
            string sentence = ModelSentence.Of(running.Contract, series, isOpen);
            var told = series.Told(running.Contract);
            _events.Add(new AnomalyEvent(series.Host, series.Key, "", told, isOpen, sentence, told.StartMs)
            {
                Statement = ModelSentence.StatementOf(running.Contract, series),
            });
        }

        running.Changes.Clear();
    }

    void Tell(long nowMs)
    {
        foreach (var happened in _events)
        {
            string sentence = SentenceTimes.Read(happened.Sentence, _time.LocalTimeZone, nowMs);
            Log.AnomalyChanged(_logger, happened.Host, happened.IsOpen ? "opened" : "closed", sentence);
        }

        if (_events.Count > 0)
        {
            _log.Tell(_events);
            _events.Clear();
        }

        var findings = new Dictionary<string, List<ModelFinding>>(StringComparer.Ordinal);
        foreach (var place in _models.Values)
        {
            foreach (var series in place.Running?.Odd ?? [])
            {
                if (!findings.TryGetValue(series.Host, out var ofHost))
                {
                    findings.Add(series.Host, ofHost = []);
                }

                ofHost.Add(Find(place.Running!, series));
            }
        }

        foreach (var ofHost in findings.Values)
        {
            ofHost.Sort(static (a, b) => b.Score.CompareTo(a.Score));
        }

        _findings = findings;
    }

    ModelFinding Find(RunningModel running, WatchedSeries series)
    {
        var contract = running.Contract;
        var anomaly = series.Judged.Anomaly;
        var told = series.Told(contract);
        int judged = _models.Values.Sum(place => place.Running?.JudgedOn(series.Host) ?? 0);
        double probability = (1 - anomaly.PeakScore) * Math.Max(1, judged);
        double rate = running.Description.FalseAlarms ?? _falseAlarms.OfHost(series.Host);
        double perStep = AlarmShare * rate * contract.Step.TotalSeconds / WeekSeconds;
        return new ModelFinding(
            contract.Name,
            series.Key,
            series.Name,
            anomaly.PeakValue,
            Known(series.Reading.Expected),
            told,
            told.PeakScore,
            Math.Min(1, probability * 60 / contract.Step.TotalSeconds),
            probability <= perStep,
            ModelSentence.Of(contract, series, isOpen: true));
    }

    static double? Known(double value) => double.IsFinite(value) ? value : null;

    void Publish() => _statuses = [.. _models.Values.Select(static place => place.Status())];

    async ValueTask AppendAsync(CancellationToken cancellationToken)
    {
        if (_batch.SampleCount == 0)
        {
            return;
        }

        try
        {
            var outcome = await _store.Sink.AppendAsync(_batch, cancellationToken);
            if (outcome.Rejected > 0)
            {
                Log.NotStored(_logger, outcome.Rejected, outcome.FirstRefusal ?? "");
            }
        }
        catch (IOException e)
        {
            Log.NotStored(_logger, _batch.SampleCount, e.Message);
        }
        finally
        {
            _batch.Clear();
        }
    }
}
