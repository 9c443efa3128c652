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
    /// Band and score are stored thinned: a band when an end moved by a tenth of the width, a score while it is
    /// <see cref="ScoreToStore"/> or more, when it changes, either at the latest after this time, so that a look-back
    /// of 5 min always finds them.
    /// </summary>
    const long StoreEveryMs = 60_000;

    /// <summary>
    /// Digits of what is stored, in bits: a millionth of a value, two thousandths of a band. What follows is noise that
    /// does not compress.
    /// </summary>
    const int ValueBits = 20;
    const int BandBits = 9;

    const double ScoreOfNote = 0.999;

    /// <summary>
    /// Once a day: a fleet has a hundred thousand vital signs, and where nothing is odd a score is noise.
    /// </summary>
    const double ScoreToStore = 0.9999;

    /// <summary>A run of scores of note ends when none came for this long.</summary>
    const long OfNoteGapMs = 60_000;

    readonly string _host;
    long _bandStoredMs = long.MinValue;
    long _scoreStoredMs = long.MinValue;
    float _lowerStored;
    float _upperStored;
    double _scoreStored;
    long _ofNoteSinceMs;
    long _ofNoteMs;

    public VitalTrack(string host, VitalSign vital, string? per, VitalDetector? detector)
    {
        Vital = vital;
        Per = per is null || vital.Per is null ? null : new Label(vital.Per, per);
        Detector = detector ?? new VitalDetector(SettingsOf(vital));
        _host = host;
        Key = Per is { } label ? LabelSet.OfMetric(vital.Id, label).ToString() : vital.Id;
    }

    public VitalSign Vital { get; }

    public Label? Per { get; }

    public string Key { get; }

    /// <summary>PromQL of the stored series.</summary>
    public string Query
    {
        get
        {
            var labels = LabelSet.OfMetric(
                ReadingsOutput.ValueName, new Label(LabelNames.Host, _host), new Label("vital", Vital.Id));
            return (Per is { } per ? labels.With(per.Name, per.Value) : labels).ToString();
        }
    }

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

    /// <summary>How far apart the last two values were.</summary>
    public long SpacingMs { get; private set; }

    /// <summary>Since when its scores have been of note, for who moved first; null when they are not.</summary>
    public long? OfNoteSinceMs =>
        _ofNoteMs > 0 && Detector.LastMs - _ofNoteMs <= OfNoteGapMs ? _ofNoteSinceMs : null;

    /// <summary>
    /// Since when it has been unusual: its change point where one is found, else its first score of note.
    /// </summary>
    public long? SinceMs => Detector.IsUnusual ? Math.Min(ChangedMs ?? long.MaxValue, Detector.Anomaly.StartMs)
        : OfNoteSinceMs is { } notedMs ? ChangedMs ?? notedMs
        : null;

    /// <summary>The change point that began what is unusual now; null while none is found.</summary>
    public long? ChangedMs { get; private set; }

    /// <summary>When its change point was looked for last.</summary>
    public long SearchedMs { get; private set; }

    /// <summary>Whether its anomaly is held back: somebody said that the like of it is not to be told.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether an anomaly runs that is told.</summary>
    public bool IsTold => Detector.IsUnusual && !IsHeld;

    /// <summary>Takes up since when the anomaly that runs has been so.</summary>
    public void Resume(long sinceMs) =>
        (ChangedMs, _ofNoteSinceMs, _ofNoteMs) = (sinceMs, sinceMs, Detector.LastMs);

    /// <summary>Notes what a search for its change point found.</summary>
    public void Date(long? changedMs, long nowMs) => (ChangedMs, SearchedMs) = (changedMs, nowMs);

    /// <summary>
    /// Takes a value in; what is to be stored waits for <see cref="Flush"/>. False when it is no value or not newer.
    /// </summary>
    public bool See(long timestampMs, double value, ReadingsOutput output, out AnomalyChange change)
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
        SpacingMs = TimeMs == long.MinValue ? 0 : timestampMs - TimeMs;
        TimeMs = timestampMs;
        FirstMs = Math.Min(FirstMs, timestampMs);
        output.Values.Add(timestampMs, Rounded(value, ValueBits));
        if (!double.IsNaN(Reading.Score))
        {
            Note(timestampMs);
            StoreScore(timestampMs, output);
            StoreBand(timestampMs, output);
        }

        return true;
    }

    /// <summary>Takes in a value that is neither judged nor learned; older ones are left out.</summary>
    public void Store(long timestampMs, double value, ReadingsOutput output)
    {
        if (!double.IsFinite(value) || timestampMs <= TimeMs)
        {
            return;
        }

        Value = Vital.Clamp(value);
        Reading = DetectorReading.Unknown;
        Kept = double.NaN;
        TimeMs = timestampMs;
        FirstMs = Math.Min(FirstMs, timestampMs);
        output.Values.Add(timestampMs, Rounded(Value, ValueBits));
        EndScore(timestampMs, output);
    }

    /// <summary>
    /// Ends the series: the signal has no value any more (device gone, no I/O to measure, host silent).
    /// </summary>
    public void End(long timestampMs, ReadingsOutput output)
    {
        if (!IsPresent || timestampMs <= TimeMs)
        {
            return;
        }

        Value = double.NaN;
        output.Values.Add(timestampMs, SampleValue.StaleMarker);
        EndScore(timestampMs, output);
        if (_bandStoredMs != long.MinValue)
        {
            output.Lowers.Add(timestampMs, SampleValue.StaleMarker);
            output.Uppers.Add(timestampMs, SampleValue.StaleMarker);
            _bandStoredMs = long.MinValue;
        }
    }

    /// <summary>Ends the series of a host that has fallen silent; the last value stays to be looked at.</summary>
    public void EndSilent(long timestampMs, ReadingsOutput output)
    {
        double last = IsPresent ? Value : Kept;
        End(timestampMs, output);
        Kept = last;
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
        IsTold,
        IsTold ? Math.Min(ChangedMs ?? long.MaxValue, Detector.Anomaly.StartMs) : null,
        Query);

    static double? Known(double value) => double.IsNaN(value) ? null : value;

    /// <summary>The nearest number with this many binary digits behind the first.</summary>
    static double Rounded(double value, int bits)
    {
        long half = 1L << (51 - bits);
        double rounded =
            BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(value) + half) & ~((half << 1) - 1));
        return double.IsFinite(rounded) ? rounded : value;
    }

    void Note(long timestampMs)
    {
        if (Reading.Score >= ScoreOfNote)
        {
            if (timestampMs - _ofNoteMs > OfNoteGapMs)
            {
                (_ofNoteSinceMs, ChangedMs, SearchedMs) = (timestampMs, null, 0);
            }

            _ofNoteMs = timestampMs;
        }
    }

    void StoreScore(long timestampMs, ReadingsOutput output)
    {
        if (Reading.Score < ScoreToStore)
        {
            EndScore(timestampMs, output);
        }
        else if (_scoreStoredMs == long.MinValue || Reading.Score != _scoreStored ||
            timestampMs - _scoreStoredMs >= StoreEveryMs)
        {
            output.Scores.Add(timestampMs, Reading.Score);
            _scoreStored = Reading.Score;
            _scoreStoredMs = timestampMs;
        }
    }

    void EndScore(long timestampMs, ReadingsOutput output)
    {
        if (_scoreStoredMs != long.MinValue)
        {
            output.Scores.Add(timestampMs, SampleValue.StaleMarker);
            _scoreStoredMs = long.MinValue;
        }
    }

    void StoreBand(long timestampMs, ReadingsOutput output)
    {
        double moved = Math.Max(Math.Abs(Reading.Lower - _lowerStored), Math.Abs(Reading.Upper - _upperStored));
        if (_bandStoredMs == long.MinValue || timestampMs - _bandStoredMs >= StoreEveryMs ||
            moved > (Reading.Upper - Reading.Lower) / 10)
        {
            output.Lowers.Add(timestampMs, Rounded(Reading.Lower, BandBits));
            output.Uppers.Add(timestampMs, Rounded(Reading.Upper, BandBits));
            _lowerStored = (float)Reading.Lower;
            _upperStored = (float)Reading.Upper;
            _bandStoredMs = timestampMs;
        }
    }
}
