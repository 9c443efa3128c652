using Presage.Detection;
using Presage.Metrics;
using Presage.OwnModels;

namespace Presage.Watching;

/// <summary>
/// Decides whether a host as a whole is unusual enough to tell somebody, from two witnesses: its vital signs together,
/// minute by minute (<see cref="WholeHost"/>), and each vital sign alone, second by second (<see cref="VitalTrack"/>),
/// for what is too rare to be chance among so many. The user's number of false alarms a week is divided between the
/// two. Written by the watcher's loop; what is public to others are immutable values.
/// </summary>
sealed class HostJudge(string host, FalseAlarms falseAlarms)
{
    const int CausesMax = 8;
    const double WeekSeconds = 604_800;

    /// <summary>The part of the false alarms allowed that single vital signs may raise.</summary>
    const double AloneShare = 0.5;

    /// <summary>Rows odder than this (1: the oddest per cent of history) keep an anomaly open.</summary>
    const double RowOfNote = 1.5;

    /// <summary>The highest score of what has been told and is over.</summary>
    const double ToldScore = 0.998;

    /// <summary>While a change is remembered, one larger by this factor is another one.</summary>
    const double OdderBy = 1.15;

    /// <summary>A reading of the whole counts this long.</summary>
    const long ReadingMaxMs = 180_000;

    /// <summary>What takes part less than this share of the first is not named as raising the score.</summary>
    const double TakesPart = 0.5;

    /// <summary>Evidence that a metric of an ordinary row has.</summary>
    const double OrdinaryEvidence = 3;

    /// <summary>Score and state are stored when they change, else this often.</summary>
    const long StoreEveryMs = 30_000;

    /// <summary>What is stored as the rate of an anomaly while none runs, and the lowest that is.</summary>
    const double RateOfNothing = 1_000;
    const double RateMin = 1e-4;

    /// <summary>Decades of rarity that are news.</summary>
    const double StoreStep = 0.5;

    readonly byte[] _scoreKey = KeyOf("presage_host_anomaly_score", host);
    readonly byte[] _stateKey = KeyOf("presage_host_anomaly", host);
    readonly byte[] _rateKey = KeyOf("presage_host_anomaly_rate", host);
    readonly SampleColumns _scores = new(capacity: 0);
    readonly SampleColumns _states = new(capacity: 0);
    readonly SampleColumns _rates = new(capacity: 0);
    readonly AnomalyFamilies _families = new(host);
    long _storedMs = long.MinValue;
    long _heldMs = long.MinValue / 2;
    double _scoreStored;
    double _rateStored = RateOfNothing;
    int _findings;
    volatile HostAnomaly? _running;
    volatile RaisedScore? _raised;

    /// <summary>
    /// The largest change told since it was below the line; nothing is news before the first reading.
    /// </summary>
    double _toldChange = double.MaxValue;

    public WholeHost Whole { get; } = new();

    /// <summary>What several vital signs say together.</summary>
    public SeveralVitals Several { get; } = new();

    /// <summary>Which families of vital signs have been told.</summary>
    public FamilyNews News { get; } = new();

    public HostAnomalyRun Run { get; } = new();

    /// <summary>The anomaly that runs; null when none does.</summary>
    public HostAnomaly? Running => _running;

    /// <summary>
    /// How odd the host is: one minus the share of normal minutes at least this odd; null while learning.
    /// </summary>
    public double? Score { get; private set; }

    /// <summary>Why the score is high; null while it is not.</summary>
    public RaisedScore? Raised => _raised;

    /// <summary>What users said of anomalies; null where nobody can have.</summary>
    public AnomalyLabels? Labels { get; init; }

    /// <summary>What own models find odd on the host; null where there are none.</summary>
    public Func<string, IReadOnlyList<ModelFinding>>? Models { get; init; }

    /// <summary>Whether own models have found something, or it is over, since the last conclusion.</summary>
    public bool HasNews => Models is not null && Models(host).Count != _findings;

    /// <summary>What the host's rate of false alarms is now.</summary>
    public double FalseAlarmsPerWeek => falseAlarms.OfHost(host);

    /// <summary>Takes up an anomaly that was saved.</summary>
    public void Resume(HostAnomaly anomaly)
    {
        Run.Resume(anomaly, isOpen: true);
        _running = anomaly;
    }

    /// <summary>Dates what takes part in the running anomaly.</summary>
    public void Date(Func<string, long?> sinceMs)
    {
        Run.Date(sinceMs);
        _running = Run.IsOpen ? Run.Anomaly : null;
    }

    /// <summary>Draws the conclusion of a moment.</summary>
    /// <param name="isHistory">Whether it is some moment of history: no anomaly begins then.</param>
    public AnomalyChange Conclude(long nowMs, IReadOnlyCollection<VitalTrack> tracks, bool isHistory = false)
    {
        bool isRead = Whole.IsJudging && nowMs - Whole.ReadingMs <= ReadingMaxMs;
        var reading = isRead ? Whole.Reading : default;
        double known = FamilyNews.Known(tracks);
        var (alone, perWeek, isAlarm, isOdd) = Alone(tracks);
        var findings = Models?.Invoke(host) ?? [];
        _findings = findings.Count;
        bool isOfModel = findings.Any(static finding => finding.IsAlarm);
        isOdd |= findings.Count > 0;
        alone = ModelCauses.Oddest(alone, findings);
        isHistory &= !Run.IsOpen;
        bool isJoint = isRead && !isHistory && IsNews(reading) && FalseAlarmsPerWeek > 0;
        bool areSeveral = Several.See(nowMs, tracks, known, FalseAlarmsPerWeek, isAlarm || isJoint || Run.IsOpen);
        isOdd |= Run.IsOpen && areSeveral;
        isAlarm |= areSeveral;
        News.See(nowMs, tracks, Run.IsOpen, areSeveral);
        bool isEarly = known < VitalDetector.FirstDaySeconds;
        if (isEarly)
        {
            isAlarm = News.IsNew && FalseAlarmsPerWeek > 0;
        }
        else if (isAlarm && News.IsAsYesterday)
        {
            isAlarm = false;
        }

        isAlarm |= isOfModel;
        Score = isRead || alone is not null ? Math.Max(isRead ? reading.Score : 0, alone ?? 0) : null;
        if (!Run.IsOpen && !isJoint && !isAlarm && Score > ToldScore)
        {
            // The change is remembered for an hour or so after it was told and is over.
            Score = ToldScore;
        }

        _raised = Score >= RaisedScore.From ? Raise(isRead && reading.Score >= (alone ?? 0), tracks) : null;
        double least = AlarmsPerWeek(reading, perWeek, isOfModel);
        bool isTold = (isAlarm || isJoint) && !isHistory;
        isTold &= Run.IsOpen || isOfModel || IsWanted(isEarly ? null : least, isTold ? Causes(tracks) : []);
        bool isHeld = (isTold || Run.IsOpen) && IsHeldBack(nowMs, tracks);
        var change = isHeld && Run.IsOpen ? Run.End() : Run.See(
            nowMs,
            new HostLook(
                isTold && !isHeld,
                isTold && isJoint && !isHeld,
                isOdd || (isRead && Run.IsOpen && reading.Row >= RowOfNote),
                isTold && News.IsNew,
                Score ?? 0,
                isEarly && !isJoint && !isOfModel ? known : null,
                least),
            () => Causes(tracks),
            key => ValueOf(key, tracks));
        if (Run.IsOpen)
        {
            News.Tell(nowMs, change == AnomalyChange.Opened);
        }

        _running = Run.IsOpen ? Run.Anomaly : null;
        Store(nowMs);
        return change;
    }

    /// <summary>
    /// Whether the family that leads may raise it: where fewer false alarms are wanted of it than of the host, all that
    /// raise one, not only single vital signs, have to keep to that.
    /// </summary>
    /// <param name="perWeek">The least sensitivity that would raise it; null where that is not known yet.</param>
    bool IsWanted(double? perWeek, IReadOnlyList<AnomalyCause> causes)
    {
        double allowed = causes is [var first, ..] ? falseAlarms.OfFamily(host, first.Family) : FalseAlarmsPerWeek;
        return allowed >= FalseAlarmsPerWeek || (allowed > 0 && (perWeek ?? 0) <= allowed);
    }

    /// <summary>
    /// Whether somebody said of an anomaly like this one that it is expected or noise. An episode is counted once.
    /// </summary>
    bool IsHeldBack(long nowMs, IReadOnlyCollection<VitalTrack> tracks)
    {
        if (Labels is not { } labels || !labels.AnyOf(host))
        {
            return false;
        }

        var causes = Run.IsOpen ? Run.Anomaly!.Causes : Causes(tracks);
        double score = Run.IsOpen ? Math.Max(Score ?? 0, Run.Anomaly!.PeakScore) : Score ?? 0;
        if (labels.Holding(host, causes, score) is not { } label)
        {
            return false;
        }

        if (!Run.IsOpen && nowMs - _heldMs > HostAnomalyRun.CalmMs)
        {
            labels.Held(label, nowMs);
        }

        _heldMs = nowMs;
        return true;
    }

    /// <summary>The vital signs by how much they take part, likeliest first.</summary>
    public IReadOnlyList<AnomalyCause> Causes(IReadOnlyCollection<VitalTrack> tracks)
    {
        var evidence = Evidence();
        return CauseRanking.Of(
            tracks.Where(static track => track.IsPresent)
                .Select(track => Cause(track, evidence.GetValueOrDefault(track.Key)))
                .Concat(ModelCauses.Of(Models?.Invoke(host) ?? []))
                .Where(static cause => cause.Strength > 1),
            CausesMax);
    }

    /// <summary>The present value of a vital sign; null where there is none.</summary>
    public static double? ValueOf(string key, IEnumerable<VitalTrack> tracks)
    {
        foreach (var track in tracks)
        {
            if (track.Key == key)
            {
                return track.IsPresent ? track.Value : null;
            }
        }

        return null;
    }

    /// <summary>Moves what is to be stored into a batch.</summary>
    public void Flush(SampleBatch batch)
    {
        batch.Move(_scoreKey, _scores);
        batch.Move(_stateKey, _states);
        batch.Move(_rateKey, _rates);
        _families.Flush(batch);
    }

    /// <summary>
    /// Whether a change crosses the alarm line that has not been told: a large one is remembered for an hour, and its
    /// return is no second one.
    /// </summary>
    bool IsNews(HostReading reading)
    {
        if (!reading.IsAlert)
        {
            _toldChange = 0;
            return false;
        }

        bool isNews = reading.Change > _toldChange * OdderBy;
        _toldChange = Math.Max(_toldChange, reading.Change);
        return isNews;
    }

    static byte[] KeyOf(string metric, string host) =>
        LabelSet.OfMetric(metric, new Label(LabelNames.Host, host)).ToKey();

    /// <summary>
    /// The least sensitivity at which a witness raises an alarm of what is seen now; own models raise theirs at the
    /// sensitivity set.
    /// </summary>
    double AlarmsPerWeek(in HostReading reading, double alone, bool isOfModel)
    {
        double joint = reading.IsAlert ? Whole.Detector!.AlarmsPerWeek(reading.Change) : HostAnomaly.AlarmsPerWeekMax;
        double several = Several.AlarmsPerWeek ?? HostAnomaly.AlarmsPerWeekMax;
        double ofModel = isOfModel ? FalseAlarmsPerWeek : HostAnomaly.AlarmsPerWeekMax;
        return Math.Max(RateMin, Math.Min(Math.Min(joint, alone), Math.Min(several, ofModel)));
    }

    /// <summary>What the vital signs say one by one.</summary>
    (double? Score, double AlarmsPerWeek, bool IsAlarm, bool IsOdd) Alone(IReadOnlyCollection<VitalTrack> tracks)
    {
        int judged = 0;
        double least = 1, perWeek = HostAnomaly.AlarmsPerWeekMax;
        bool isOdd = false;
        foreach (var track in tracks)
        {
            if (track.IsPresent && !double.IsNaN(track.Reading.Score))
            {
                judged++;
                least = Math.Min(least, 1 - track.Reading.Score);
            }

            isOdd |= track.IsTold;
        }

        if (judged == 0)
        {
            return (null, perWeek, false, false);
        }

        bool isAlarm = false;
        foreach (var track in isOdd ? tracks : [])
        {
            if (track.IsTold)
            {
                double rate = (1 - track.Detector.Anomaly.PeakScore) * judged * WeekSeconds / Rarity.LookSeconds
                    / AloneShare;
                isAlarm |= rate <= falseAlarms.OfFamily(host, track.Vital.Family);
                perWeek = Math.Min(perWeek, rate);
            }
        }

        // A look each 10 s, a row a minute: six looks make the share of minutes.
        return (1 - Math.Min(1, least * judged * 60 / Rarity.LookSeconds), perWeek, isAlarm, isOdd);
    }

    /// <summary>What raises the score now.</summary>
    /// <param name="isOfWhole">Whether the vital signs together do, else one of them (or an own model) alone.</param>
    RaisedScore Raise(bool isOfWhole, IReadOnlyCollection<VitalTrack> tracks)
    {
        if (!isOfWhole)
        {
            var causes = Causes(tracks);
            string[] odd =
            [
                .. causes.Where(cause => cause.Strength >= TakesPart * causes[0].Strength)
                    .Take(RaisedScore.ByMax).Select(static cause => cause.Name),
            ];
            return new RaisedScore(Score ?? 0, null, odd, causes is [var first, ..] ? first.SinceMs : null);
        }

        bool isLasting = Whole.Reading.Reason == ScoreReason.LastingMove;
        var (detector, columns) = (Whole.Detector!, Whole.Columns!);
        double ordinary = isLasting ? 0 : OrdinaryEvidence;
        var ranked = tracks.Where(static track => track.IsPresent)
            .Select(track => (Track: track, Column: columns.Of(track.Vital, track.Per?.Value ?? "")))
            .Where(static one => one.Column >= 0)
            .Select(one => (one.Track, one.Column, Part: isLasting
                ? detector.Lasting(one.Column)
                : detector.Evidence(one.Column) - ordinary))
            .Where(static one => one.Part > 0)
            .OrderByDescending(static one => one.Part).ToList();
        var by = ranked.TakeWhile(one => one.Part >= TakesPart * ranked[0].Part).Take(RaisedScore.ByMax).ToList();
        return new RaisedScore(
            Score ?? 0,
            Whole.Reading.Reason,
            [.. by.Select(static one => UnusualSentence.NameOf(one.Track.Vital, one.Track.Per?.Value))],
            by.Count == 0 ? null : by[0].Track.SinceMs ?? Whole.RaisedMs(by[0].Column));
    }

    Dictionary<string, double> Evidence()
    {
        var evidence = new Dictionary<string, double>(StringComparer.Ordinal);
        if (Whole is { IsJudging: true, Detector: { } detector, Columns: { } columns })
        {
            for (int column = 0; column < columns.Count; column++)
            {
                evidence[columns.KeyOf(column)] = detector.Evidence(column);
            }
        }

        return evidence;
    }

    /// <summary>
    /// A vital sign's strength: decades of rarity by itself, and its part in the change of the whole, which is a
    /// natural logarithm. One that is back in its range is shown as it was at its oddest.
    /// </summary>
    static AnomalyCause Cause(VitalTrack track, double evidence)
    {
        double? value = track.Value, lower = Known(track.Reading.Lower), upper = Known(track.Reading.Upper);
        if (track.Detector.IsUnusual && value >= lower && value <= upper)
        {
            var anomaly = track.Detector.Anomaly;
            (value, lower, upper) = (anomaly.PeakValue, anomaly.Lower, anomaly.Upper);
        }

        double score = track.Detector.IsUnusual
            ? Math.Max(track.Detector.Anomaly.PeakScore, track.Reading.Score)
            : track.Reading.Score;
        double rarity = double.IsNaN(score) ? 0 : -Math.Log10(Math.Max(1 - score, Rarity.ProbabilityMin));
        double strength = (track.OfNoteSinceMs is null ? 0.2 * rarity : rarity) +
            (0.7 * Math.Max(0, evidence - OrdinaryEvidence));
        return new AnomalyCause(
            track.Key,
            UnusualSentence.NameOf(track.Vital, track.Per?.Value),
            value,
            lower,
            upper,
            track.Vital.Unit,
            track.Vital.Family,
            track.SinceMs,
            strength);
    }

    static double? Known(double bound) => double.IsNaN(bound) ? null : bound;

    void Store(long nowMs)
    {
        if (Score is not { } score)
        {
            return;
        }

        bool isOpen = Run is { IsOpen: true, Anomaly.KnownSeconds: null };
        double rate = isOpen ? Run.Anomaly!.AlarmsPerWeek : RateOfNothing;
        bool isNews = Math.Abs(Math.Log10(rate / _rateStored)) > StoreStep ||
            Math.Abs(Rarer(score) - Rarer(_scoreStored)) > StoreStep;
        if (_storedMs == long.MinValue || nowMs - _storedMs >= StoreEveryMs || (isNews && nowMs > _storedMs))
        {
            _families.See(nowMs, isOpen ? Run.Anomaly : null, isDue: true);
            _scores.Add(nowMs, score);
            _states.Add(nowMs, isOpen ? 1 : 0);
            _rates.Add(nowMs, rate);
            _storedMs = nowMs;
            _scoreStored = score;
            _rateStored = rate;
        }
        else if (isOpen)
        {
            _families.See(nowMs, Run.Anomaly, isDue: false);
        }
    }

    static double Rarer(double score) => -Math.Log10(Math.Max(1 - score, Rarity.ProbabilityMin));
}
