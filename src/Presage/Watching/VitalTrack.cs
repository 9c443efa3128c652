using System.Buffers;
using Presage.Detection;
using Presage.Metrics;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// One vital sign of one host (for one mount point or device): its detector, its latest reading and the series it is
/// stored as.
/// </summary>
sealed class VitalTrack
{
    /// <summary>
    /// Band and score are stored thinned: a band when an end moved by a twentieth of the width, a score when it crosses
    /// <see cref="ScoreOfNote"/>, either at the latest after this time, so that a look-back of 5 min always finds them.
    /// </summary>
    const long StoreEveryMs = 30_000;

    const double ScoreOfNote = 0.999;

    /// <summary>A run of scores of note ends when none came for this long.</summary>
    const long OfNoteGapMs = 60_000;

    /// <summary>
    /// Room kept for samples that wait to be stored: a fleet has hundreds of thousands of such columns, and only
    /// learning from history needs more.
    /// </summary>
    const int WaitingMax = 16;

    readonly byte[] _valueKey;
    readonly byte[] _scoreKey;
    readonly byte[] _lowerKey;
    readonly byte[] _upperKey;
    readonly SampleColumns _values = new(capacity: 0);
    readonly SampleColumns _scores = new(capacity: 0);
    readonly SampleColumns _lowers = new(capacity: 0);
    readonly SampleColumns _uppers = new(capacity: 0);
    long _bandStoredMs = long.MinValue;
    long _scoreStoredMs = long.MinValue;
    double _lowerStored;
    double _upperStored;
    double _scoreStored;
    long _ofNoteSinceMs;
    long _ofNoteMs;

    public VitalTrack(string host, VitalSign vital, string? per, VitalDetector? detector)
    {
        Vital = vital;
        Per = per is null || vital.Per is null ? null : new Label(vital.Per, per);
        Detector = detector ?? new VitalDetector(SettingsOf(vital));
        Key = Per is { } label ? LabelSet.OfMetric(vital.Id, label).ToString() : vital.Id;
        var labels = LabelSet.Of(new Label("host", host), new Label("vital", vital.Id));
        labels = Per is { } one ? labels.With(one.Name, one.Value) : labels;
        Query = labels.With(LabelNames.MetricName, "presage_vital").ToString();
        _valueKey = KeyOf("presage_vital");
        _scoreKey = KeyOf("presage_vital_score");
        _lowerKey = KeyOf("presage_vital_lower");
        _upperKey = KeyOf("presage_vital_upper");

        byte[] KeyOf(string metric) => labels.With(LabelNames.MetricName, metric).ToKey();
    }

    public VitalSign Vital { get; }

    public Label? Per { get; }

    public string Key { get; }

    /// <summary>PromQL of the stored series.</summary>
    public string Query { get; }

    public VitalDetector Detector { get; }

    /// <summary>Data time of the first value, ms since 1970 UTC; long.MaxValue before it.</summary>
    public long FirstMs { get; set; } = long.MaxValue;

    /// <summary>The latest value; NaN where there is none now.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>What is shown of a silent host: its last value, which is no longer stored; NaN otherwise.</summary>
    public double Kept { get; private set; } = double.NaN;

    /// <summary>Data time of the latest value there was.</summary>
    public long TimeMs { get; private set; } = long.MinValue;

    public DetectorReading Reading { get; private set; } = DetectorReading.Unknown;

    public double? Capacity { get; set; }

    /// <summary>Whether the latest evaluation had a value.</summary>
    public bool IsPresent => !double.IsNaN(Value);

    public static DetectorSettings SettingsOf(VitalSign vital) => new()
    {
        Floor = vital.Floor,
        RelativeFloor = vital.RelativeFloor,
        IsLogarithmic = vital.IsLogarithmic,
        Minimum = vital.Minimum,
        Maximum = vital.Maximum,
        Direction = vital.Concern switch
        {
            Concern.High => AnomalyDirection.Above,
            Concern.Low => AnomalyDirection.Below,
            _ => AnomalyDirection.Both,
        },
    };

    /// <summary>Since when its scores have been of note, for who moved first; null when they are not.</summary>
    public long? OfNoteSinceMs =>
        _ofNoteMs > 0 && Detector.LastMs - _ofNoteMs <= OfNoteGapMs ? _ofNoteSinceMs : null;

    /// <summary>
    /// Takes a value in; what is to be stored waits for <see cref="Flush"/>. False when it is no value or not newer.
    /// </summary>
    public bool See(long timestampMs, double value, out AnomalyChange change)
    {
        change = AnomalyChange.None;
        if (!double.IsFinite(value) || timestampMs <= Detector.LastMs)
        {
            return false;
        }

        value = Vital.Clamp(value);
        Reading = Detector.Feed(timestampMs, value);
        change = Reading.Change;
        Value = value;
        Kept = double.NaN;
        TimeMs = timestampMs;
        FirstMs = Math.Min(FirstMs, timestampMs);
        _values.Add(timestampMs, value);
        if (!double.IsNaN(Reading.Score))
        {
            Note(timestampMs);
            StoreScore(timestampMs);
            StoreBand(timestampMs);
        }

        return true;
    }

    /// <summary>
    /// Ends the series: the signal has no value any more (device gone, no I/O to measure, host silent).
    /// </summary>
    public void End(long timestampMs)
    {
        if (!IsPresent || timestampMs <= TimeMs)
        {
            return;
        }

        Value = double.NaN;
        _values.Add(timestampMs, SampleValue.StaleMarker);
        if (_bandStoredMs != long.MinValue)
        {
            _scores.Add(timestampMs, SampleValue.StaleMarker);
            _lowers.Add(timestampMs, SampleValue.StaleMarker);
            _uppers.Add(timestampMs, SampleValue.StaleMarker);
            _bandStoredMs = _scoreStoredMs = long.MinValue;
        }
    }

    /// <summary>Ends the series of a host that has fallen silent; the last value stays to be looked at.</summary>
    public void EndSilent(long timestampMs)
    {
        double last = IsPresent ? Value : Kept;
        End(timestampMs);
        Kept = last;
    }

    /// <summary>Moves what waits into a batch.</summary>
    public void Flush(SampleBatch batch)
    {
        Flush(batch, _valueKey, _values);
        Flush(batch, _scoreKey, _scores);
        Flush(batch, _lowerKey, _lowers);
        Flush(batch, _upperKey, _uppers);
    }

    public VitalSnapshot Snapshot(bool isHeadline) => new(
        Key,
        Vital,
        Per,
        IsPresent ? Value : Known(Kept),
        TimeMs,
        Known(Reading.Lower),
        Known(Reading.Upper),
        IsPresent ? Known(Reading.Score) : null,
        Detector.Phase != LearningPhase.Range,
        Capacity,
        isHeadline,
        Detector.IsUnusual,
        Detector.IsUnusual ? Detector.Anomaly.StartMs : null,
        Query);

    static double? Known(double value) => double.IsNaN(value) ? null : value;

    internal static void Flush(SampleBatch batch, byte[] key, SampleColumns columns)
    {
        if (columns.Count == 0)
        {
            return;
        }

        batch.AddSeries(key);
        for (int i = 0; i < columns.Count; i++)
        {
            batch.AddSample(columns.TimestampsMs[i], columns.Values[i]);
        }

        columns.ClearTo(WaitingMax);
    }

    void Note(long timestampMs)
    {
        if (Reading.Score >= ScoreOfNote)
        {
            _ofNoteSinceMs = timestampMs - _ofNoteMs > OfNoteGapMs ? timestampMs : _ofNoteSinceMs;
            _ofNoteMs = timestampMs;
        }
    }

    void StoreScore(long timestampMs)
    {
        bool isOfNote = Reading.Score >= ScoreOfNote, wasOfNote = _scoreStored >= ScoreOfNote;
        if (_scoreStoredMs == long.MinValue || isOfNote != wasOfNote || timestampMs - _scoreStoredMs >= StoreEveryMs ||
            (isOfNote && Reading.Score != _scoreStored))
        {
            _scores.Add(timestampMs, Reading.Score);
            _scoreStored = Reading.Score;
            _scoreStoredMs = timestampMs;
        }
    }

    void StoreBand(long timestampMs)
    {
        double moved = Math.Max(Math.Abs(Reading.Lower - _lowerStored), Math.Abs(Reading.Upper - _upperStored));
        if (_bandStoredMs == long.MinValue || timestampMs - _bandStoredMs >= StoreEveryMs ||
            moved > (Reading.Upper - Reading.Lower) / 20)
        {
            _lowers.Add(timestampMs, Reading.Lower);
            _uppers.Add(timestampMs, Reading.Upper);
            _lowerStored = Reading.Lower;
            _upperStored = Reading.Upper;
            _bandStoredMs = timestampMs;
        }
    }
}
