using Presage.Detection;
using Presage.Metrics;
using Presage.Query;

namespace Presage.Watching;

/// <summary>
/// The vital signs of one host: evaluates them, feeds the detectors, keeps the readings. Written by the watcher's loop;
/// read by the API through the members that take <see cref="_gate"/>.
/// </summary>
sealed class HostWatch
{
    readonly string _host;

    /// <summary>Guards the tracks and their readings.</summary>
    readonly Lock _gate = new();
    readonly HostTracks _tracks;
    readonly Dictionary<string, long> _evaluatedMs = new(StringComparer.Ordinal);
    readonly byte[] _upKey;
    readonly byte[] _unusualKey;
    readonly HeldVitals _held;
    AnomalyChange _hostChange;
    long _modelSavedMs;

    public HostWatch(string host, IEnumerable<VitalTrack> tracks, HostJudge judge)
    {
        _host = host;
        Judge = judge;
        _tracks = new HostTracks(host);
        _held = new HeldVitals(host, judge.Labels);
        _upKey = LabelSet.OfMetric("presage_host_up", new Label("host", host)).ToKey();
        _unusualKey = LabelSet.OfMetric("presage_host_unusual", new Label("host", host)).ToKey();
        foreach (var track in tracks)
        {
            _tracks.Add(track);
            track.IsHeld = track.Detector.IsUnusual && _held.Of(track) is not null;
            EvaluatedMs = Math.Max(EvaluatedMs, track.Detector.LastMs);
            _evaluatedMs[track.Vital.Id] =
                Math.Max(_evaluatedMs.GetValueOrDefault(track.Vital.Id, long.MinValue), track.Detector.LastMs);
        }
    }

    /// <summary>The newest samples, where the host's vital signs are computed from those.</summary>
    public VitalInputs? Inputs { get; set; }

    /// <summary>Who decides whether the host as a whole is unusual.</summary>
    public HostJudge Judge { get; }

    /// <summary>Newest data time evaluated; long.MinValue before the first.</summary>
    public long EvaluatedMs { get; private set; } = long.MinValue;

    /// <summary>Data time of the last reading of cadence, labels, facts and capacities.</summary>
    public long DescribedMs { get; set; } = long.MinValue;

    public bool WasSilent { get; set; }

    /// <summary>Time of the last presage_host_up written.</summary>
    public long UpMs { get; set; } = long.MinValue;

    /// <summary>When its detectors were last saved, by the server's clock.</summary>
    public long SavedMs { get; set; }

    /// <summary>Whether it has learned since.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether the model of the whole host should be saved now; the next time is counted from here.</summary>
    public bool IsModelDue(long nowMs, TimeSpan every)
    {
        if (!Judge.Whole.HasLearned && nowMs - _modelSavedMs < every.TotalMilliseconds)
        {
            return false;
        }

        Judge.Whole.HasLearned = false;
        _modelSavedMs = nowMs;
        return true;
    }

    /// <summary>Ends what is unusual: the host is under maintenance.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _tracks.Pause();
        }
    }

    /// <summary>Evaluates every vital sign that is due up to the newest sample.</summary>
    /// <param name="isMaintained">Whether values are only stored, neither judged nor learned.</param>
    /// <param name="oldestMs">Where the host's samples begin; only asked for when a stretch of history is due.</param>
    public void Evaluate(
        IReadOnlyList<VitalPlan> plans,
        PromQlEngine engine,
        ISampleSource source,
        long newestMs,
        long cadenceMs,
        Func<long> oldestMs,
        bool isMaintained,
        ReadingsOutput output,
        CancellationToken cancellationToken)
    {
        _tracks.IsMaintained = isMaintained;
        for (int number = 0; number < plans.Count; number++)
        {
            var plan = plans[number];
            long stepMs = Math.Max(cadenceMs, plan.Vital.EverySeconds * 1_000L);
            long evaluated = _evaluatedMs.GetValueOrDefault(plan.Vital.Id, long.MinValue);
            bool isHistory = evaluated == long.MinValue || newestMs - evaluated > 10 * stepMs;
            if (EvaluationSpan.Next(evaluated, isHistory ? oldestMs() : long.MinValue, newestMs, stepMs) is { } span)
            {
                if (span.Count != 1 || !EvaluateNewest(plan, number, span, output))
                {
                    Evaluate(plan, engine, source, span, output, cancellationToken);
                }

                _evaluatedMs[plan.Vital.Id] = newestMs;
            }
        }

        EvaluatedMs = newestMs;
        IsDirty = true;
    }

    /// <summary>Reads what the values are measured against.</summary>
    public void ReadCapacities(
        IReadOnlyList<VitalPlan> plans, PromQlEngine engine, ISampleSource source, CancellationToken cancellationToken)
    {
        foreach (var plan in plans)
        {
            if (plan.Capacity is null || _tracks.Of(plan.Vital.Id) is not { Count: > 0 } tracks)
            {
                continue;
            }

            var series = engine.Instant(plan.Capacity, EvaluatedMs, source, cancellationToken).Series;
            lock (_gate)
            {
                foreach (var track in tracks)
                {
                    string per = track.Per?.Value ?? "";
                    var own = series.FirstOrDefault(one => plan.Vital.Per is null || one.Labels[plan.Vital.Per] == per);
                    track.Capacity = own is null || !double.IsFinite(own.Value) ? null : own.Value;
                }
            }
        }
    }

    /// <summary>
    /// Ends the stored series of a host that has fallen silent; its last values stay to be looked at.
    /// </summary>
    public void EndAll(ReadingsOutput output)
    {
        lock (_gate)
        {
            _tracks.EndAll(EvaluatedMs + 1, output);
        }
    }

    /// <summary>Moves what is to be stored of the host as a whole into a batch.</summary>
    public void Flush(SampleBatch batch, long? upMs, bool isUp)
    {
        Judge.Flush(batch);
        if (upMs is { } timestampMs && timestampMs > UpMs)
        {
            Add(_upKey, isUp ? 1 : 0);
            if (isUp && _tracks.Score() is { } score)
            {
                Add(_unusualKey, score);
            }

            UpMs = timestampMs;

            void Add(byte[] key, double value)
            {
                batch.AddSeries(key);
                batch.AddSample(timestampMs, value);
            }
        }
    }

    /// <summary>Draws the conclusion of the newest values: whether the host as a whole is unusual.</summary>
    /// <param name="isHistory">Whether they end a stretch of history, which is no news.</param>
    public void Conclude(bool isHistory = false)
    {
        lock (_gate)
        {
            _held.Turn(_tracks.All, _tracks.Changes, EvaluatedMs);
            _hostChange = Judge.Conclude(EvaluatedMs, AllTracks(), isHistory);
            Judge.Whole.HasLearned |= _hostChange != AnomalyChange.None;
        }
    }

    /// <summary>The anomalies that opened or closed since the last call.</summary>
    public void TakeEvents(List<AnomalyEvent> events)
    {
        if (_hostChange != AnomalyChange.None)
        {
            var anomaly = Judge.Run.Anomaly!;
            bool isOpen = _hostChange == AnomalyChange.Opened;
            string sentence = isOpen ? Sentence(anomaly) : HostSentence.OfEnded(anomaly);
            events.Add(HostEvents.OfHost(_host, anomaly, sentence, isOpen));
            _hostChange = AnomalyChange.None;
        }

        foreach (var (track, run, isOpen) in _tracks.Changes)
        {
            events.Add(HostEvents.Of(_host, track, run, _tracks.All, isOpen));
        }

        _tracks.Changes.Clear();
    }

    /// <summary>Finds out since when what is unusual has been so.</summary>
    public void Date(ISampleSource source, long nowMs)
    {
        foreach (var track in _tracks.All)
        {
            ChangeDates.Set(track, source, nowMs);
        }

        if (Judge.Running is not null)
        {
            var since = AllTracks().ToDictionary(static track => track.Key, static track => track.ChangedMs);
            Judge.Date(since.GetValueOrDefault);
        }
    }

    /// <summary>The anomalies that run, to be written as they are now.</summary>
    public void AddRunning(List<AnomalyEvent> events)
    {
        if (Judge.Running is { } whole)
        {
            events.Add(HostEvents.OfHost(_host, whole, Sentence(whole), isOpen: true));
        }

        foreach (var track in _tracks.All)
        {
            if (track.IsTold)
            {
                events.Add(HostEvents.Of(_host, track, track.Detector.Anomaly, _tracks.All, true));
            }
        }
    }

    /// <summary>Teaches its vital signs the rhythm of the day and the week from history.</summary>
    /// <param name="isAsked">Whether somebody wants it; else only those learn that know less than history.</param>
    public void Recall(RowHistory history, bool isAsked)
    {
        double seconds = history.Rows == 0 ? 0 : (history.TimesMs[^1] - history.TimesMs[0]) / 1_000.0;
        lock (_gate)
        {
            foreach (var track in _tracks.All)
            {
                if ((isAsked || seconds > track.Detector.LearnedSeconds) &&
                    history.Columns.Of(track.Vital, track.Per?.Value ?? "") is >= 0 and int column)
                {
                    _tracks.Recall(track, history.TimesMs, history.Column(column), isAsked);
                }
            }
        }
    }

    /// <summary>
    /// Writes the present values as a row; false when that is none (<see cref="HostColumns.HasRates"/>). The watcher's
    /// loop alone.
    /// </summary>
    public bool Present(HostColumns columns, double[] row)
    {
        Array.Fill(row, double.NaN);
        bool any = false;
        foreach (var track in _tracks.All)
        {
            if (track.IsPresent && columns.Of(track.Vital, track.Per?.Value ?? "") is >= 0 and int column)
            {
                row[column] = track.Value;
                any |= track.Vital.IsRate || !columns.HasRates;
            }
        }

        return any;
    }

    /// <summary>All tracks, for saving; the watcher's loop alone.</summary>
    public List<VitalTrack> AllTracks() => [.. _tracks.All];

    public IReadOnlyList<VitalSnapshot> Readings()
    {
        lock (_gate)
        {
            return _tracks.Readings(EvaluatedMs);
        }
    }

    public HostLearning? Learning()
    {
        lock (_gate)
        {
            return HostLearning.Of(_tracks.All, EvaluatedMs);
        }
    }

    /// <summary>The vital signs with a running anomaly, rarest first.</summary>
    public IReadOnlyList<UnusualVital> Unusual()
    {
        lock (_gate)
        {
            return
            [
                .. _tracks.All
                    .Where(static track => track.IsTold)
                    .OrderByDescending(static track => track.Detector.Anomaly.PeakScore)
                    .ThenBy(static track => track.Detector.Anomaly.StartMs)
                    .Select(track => HostEvents.Unusual(track, _tracks.All)),
            ];
        }
    }

    /// <summary>How unusual the host is, with the sentence of its anomaly or of its oddest vital sign.</summary>
    public HostOddity Oddity()
    {
        lock (_gate)
        {
            var unusual = _tracks.All.Where(static track => track.IsTold).ToList();
            var oddest = unusual.MaxBy(static track => track.Detector.Anomaly.PeakScore);
            int level = unusual.Count switch { 0 => 0, 1 => 1, <= 3 => 2, _ => 3 };
            string? sentence = Judge.Running is { } whole ? Sentence(whole)
                : oddest is null ? null
                : HostEvents.Unusual(oddest, _tracks.All).Sentence;
            return new HostOddity(Judge.Running is null ? level : Math.Max(2, level), Judge.Score, sentence);
        }
    }

    /// <summary>The anomaly of the host as a whole; null when none runs.</summary>
    public UnusualHost? AsWhole()
    {
        lock (_gate)
        {
            return Judge.Running is { } whole ? new UnusualHost(whole, Sentence(whole), Judge.Whole.IsBorrowed) : null;
        }
    }

    /// <summary>Why the host's score is high; null while it is not.</summary>
    public RaisedScore? Raised => Judge.Raised;

    /// <summary>The last anomaly of the host as a whole, in words; null while one runs and before the first.</summary>
    public string? Ended()
    {
        lock (_gate)
        {
            return Judge.Run is { IsOpen: false, Anomaly: { } last } ? HostSentence.OfEnded(last) : null;
        }
    }

    string Sentence(HostAnomaly running) =>
        HostSentence.Of(running, EvaluatedMs, key => HostJudge.ValueOf(key, _tracks.All));

    void Evaluate(
        VitalPlan plan,
        PromQlEngine engine,
        ISampleSource source,
        EvaluationSpan span,
        ReadingsOutput output,
        CancellationToken cancellationToken)
    {
        foreach (var part in span.Parts())
        {
            var result = part.Count == 1
                ? engine.Instant(plan.Value, part.LastMs, source, cancellationToken)
                : engine.Range(plan.Value, part.FirstMs, part.LastMs, part.StepMs, source, cancellationToken);
            lock (_gate)
            {
                _tracks.Take(plan, result.Series, part, output);
            }
        }
    }

    /// <summary>Evaluates a vital sign at one time from the newest samples; false where the engine has to.</summary>
    bool EvaluateNewest(VitalPlan plan, int number, EvaluationSpan span, ReadingsOutput output)
    {
        if (Inputs?.TryEvaluate(number, span.LastMs, out var labels, out var values) != true)
        {
            return false;
        }

        lock (_gate)
        {
            for (int i = 0; i < values.Length; i++)
            {
                string? per = plan.Vital.Per is null ? null : labels[i][plan.Vital.Per];
                if (!double.IsNaN(values[i]))
                {
                    _tracks.Take(plan, per, [span.LastMs], values.Slice(i, 1), span, output);
                }
            }

            _tracks.EndAbsent(plan, span, output);
        }

        return true;
    }
}
