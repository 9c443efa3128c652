// Hot path: Feed runs once per host and row (a minute); budget 15 us for 40 metrics, no allocation.
using System.Buffers;

namespace Presage.Detection;

/// <summary>
/// Watches all metrics of a host as one signal. It asks two questions of every row and answers both on one axis:
///
/// 1. How unlike normal are the last minutes (level)? The distance of the scaled row, and of its step from the row
///    before, in whitened directions (<see cref="Whitening"/>), smoothed over rows. Remembers for as long as its model.
/// 2. Has something just begun (change)? The distances from the last day, hours and minutes (<see
/// cref="ChangeScore"/>). Forgets by itself.
///
/// The level orders the rows below; a change beyond what comes about once a day lifts a row above all levels. So the
/// score says how long an incident lasts and how grave it is, while alarms are about changes: they wake once.
///
/// Rows are evenly spaced (a minute live; the step is given once). NaN and infinities are missing values. Deterministic
/// in what it is fed; not thread-safe.
/// </summary>
public sealed class HostDetector
{
    const byte StateVersion = 6;

    /// <summary>Knew no habits of weeks, or no lasting moves either; the rest is read as it is.</summary>
    const byte WeeklessVersion = 5;
    const byte LastinglessVersion = 4;

    /// <summary>
    /// From here on versions knew the moves of ten minutes, but no drifts. Those before are still read: what the host
    /// has seen is kept, its model learned anew.
    /// </summary>
    const byte DriftlessVersion = 2;
    const byte MovelessVersion = 1;

    /// <summary>Evidence of a metric is held for about this long: causes move first, not last.</summary>
    const double EvidenceHalfLifeSeconds = 1_200;

    /// <summary>
    /// What comes every day or every week at this time counts as a change smaller by this much, for alarms: ten times
    /// as common.
    /// </summary>
    const double HabitShare = 1;

    readonly HostViews _views;
    readonly AlarmLine _line;
    readonly ChangeHabit _habit = new();
    readonly WeekHabit _weeks = new();
    readonly LastingMoves _lasting;
    readonly float[] _scaled;
    readonly float[] _before;
    readonly float[] _steps;
    readonly float[] _moves;
    readonly float[] _sizes;
    readonly float[] _evidence;

    /// <summary>Evidence as of the last row fed or looked at, for <see cref="Rank"/>.</summary>
    readonly float[] _shown;
    readonly double[] _parts = new double[ChangeScore.Parts];
    readonly double _evidenceKept;
    HostViews? _glance;
    HostModel? _model;
    double _smoothed;
    double _seconds;
    bool _hasBefore;

    public HostDetector(int metrics, double stepSeconds, Sensitivity sensitivity = Sensitivity.Standard)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(metrics);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(metrics, HostModel.MetricsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepSeconds, 0.001);
        Metrics = metrics;
        StepSeconds = stepSeconds;
        _views = new HostViews(metrics, stepSeconds);
        _line = new AlarmLine(stepSeconds, sensitivity);
        _lasting = new LastingMoves(metrics, stepSeconds);
        _scaled = new float[metrics];
        _before = new float[metrics];
        _steps = new float[metrics];
        _moves = new float[metrics];
        _sizes = new float[metrics];
        _evidence = new float[metrics];
        _shown = new float[metrics];
        _evidenceKept = double.Exp2(-stepSeconds / EvidenceHalfLifeSeconds);
    }

    /// <summary>What <see cref="Recall"/> only looks at before it learns: half a day.</summary>
    public static TimeSpan RecallWarmUp { get; } = TimeSpan.FromHours(12);

    /// <summary>Metrics in a row.</summary>
    public int Metrics { get; }

    /// <summary>Time between rows.</summary>
    public double StepSeconds { get; }

    /// <summary>Whether there is a model; without one nothing is judged.</summary>
    public bool IsTrained => _model is not null;

    /// <summary>Rows seen.</summary>
    public long Rows => _views.Rows;

    /// <summary>
    /// Sets how many false alarms a week are expected; any positive rate. Other than the model and the views this is
    /// no part of the state.
    /// </summary>
    public void Allow(double falseAlarmsPerWeek)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(falseAlarmsPerWeek);
        _line.Allow(falseAlarmsPerWeek);
    }

    /// <summary>
    /// Learns from history and starts where it ends: rows of <paramref name="metrics"/> values each, evenly spaced.
    /// With less than <see cref="HostModel.RowsMin"/> rows the detector has only seen them and is not trained.
    /// </summary>
    /// <param name="timesMs">
    /// When the rows were, in ms since any midnight; without them they follow each other without a gap.
    /// </param>
    public static HostDetector Learn(
        ReadOnlySpan<double> history,
        int metrics,
        double stepSeconds,
        Sensitivity sensitivity = Sensitivity.Standard,
        ReadOnlySpan<long> timesMs = default
    )
    {
        var detector = new HostDetector(metrics, stepSeconds, sensitivity);
        if (history.Length < HostModel.RowsMin * metrics)
        {
            for (int at = 0; at < history.Length; at += metrics)
            {
                detector.Feed(history.Slice(at, metrics), timesMs.IsEmpty ? null : timesMs[at / metrics]);
            }

            return detector;
        }

        detector._model = HostModel.Fit(
            history, metrics, detector._views, detector._lasting, out double[] changes, out detector._smoothed);
        for (int row = 0; row < changes.Length; row++)
        {
            detector._seconds = timesMs.IsEmpty ? row * stepSeconds : timesMs[row] / 1_000.0;
            detector._habit.Learn(changes[row], detector._seconds);
            detector._weeks.Learn(changes[row], detector._seconds);
            detector._line.Learn(changes[row]);
        }

        detector._model.Scale(history[^metrics..], detector._before);
        detector._hasBefore = true;
        return detector;
    }

    /// <summary>
    /// Takes the model of another detector that has learned the newest history, and goes on with its own recent past.
    /// </summary>
    public void Adopt(HostDetector trained)
    {
        CheckLike(trained);
        _model = trained._model;
        _smoothed = trained._smoothed;
        _hasBefore = trained._hasBefore;
        trained._before.CopyTo(_before, 0);
        _line.TakeOver(trained._line);
        _habit.TakeOver(trained._habit);
        _weeks.Merge(trained._weeks, isBetter: true);
        _lasting.TakeOver(trained._lasting);
    }

    /// <summary>
    /// Takes what the detector used until now knows of weeks before those learned from. The host is the same, its
    /// metrics may be others.
    /// </summary>
    public void Remember(HostDetector before) => _weeks.Merge(before._weeks, isBetter: false);

    /// <summary>Whether it knows what came more than two weeks ago.</summary>
    public bool KnowsWeeks => _weeks.KnowsWeeks;

    /// <summary>
    /// Learns from rows before those it knows what comes every week: it judges them, and nothing else of it changes.
    /// The first of them are only seen, <see cref="RecallWarmUp"/>.
    /// </summary>
    public void Recall(ReadOnlySpan<double> rows, ReadOnlySpan<long> timesMs)
    {
        if (_model is null || rows.Length != timesMs.Length * Metrics)
        {
            return;
        }

        var past = new HostDetector(Metrics, StepSeconds);
        for (int row = 0; row < timesMs.Length; row++)
        {
            bool isWarm = timesMs[row] - timesMs[0] >= RecallWarmUp.TotalMilliseconds;
            past._model = isWarm ? _model : null;
            past.Feed(rows.Slice(row * Metrics, Metrics), timesMs[row]);
        }

        _weeks.Merge(past._weeks, isBetter: false);
    }

    /// <summary>
    /// Borrows what a like host has learned: its model and its alarm line. What this host has seen of itself stays.
    /// </summary>
    public void Borrow(HostDetector peer)
    {
        CheckLike(peer);
        _model = peer._model;
        _smoothed = 0;
        _hasBefore = false;
        _line.TakeOver(peer._line);
        _lasting.TakeOver(peer._lasting);
    }

    /// <summary>Judges a row, then learns it in the moving part of the state.</summary>
    /// <param name="timeMs">
    /// When the row was, in ms since any midnight; without it, one step after the row before. Matters for what comes
    /// every day.
    /// </param>
    public HostReading Feed(ReadOnlySpan<double> row, long? timeMs = null)
    {
        CheckRow(row);
        _views.See(row);
        _seconds = timeMs / 1_000.0 ?? _seconds + StepSeconds;
        if (_model is not { } model)
        {
            return default;
        }

        var (level, change, drift, lasting, cubed) = Judge(model, row, _views, learns: true);
        _smoothed = Smoothed(cubed);
        _scaled.CopyTo(_before, 0);
        _hasBefore = true;
        _shown.CopyTo(_evidence, 0);
        bool isAlert = IsAlert(change, _seconds);
        _habit.Learn(change, _seconds);
        _weeks.Learn(change, _seconds);
        _line.Learn(change);
        return Read(isAlert, level, change, drift, lasting, model.Level(cubed));
    }

    /// <summary>
    /// Judges a row that is not complete yet or lies between two, without learning it: what <see cref="Feed"/> would
    /// say.
    /// </summary>
    public HostReading Glance(ReadOnlySpan<double> row, long? timeMs = null)
    {
        CheckRow(row);
        if (_model is not { } model)
        {
            return default;
        }

        _glance ??= new HostViews(Metrics, StepSeconds);
        _glance.TakeOver(_views);
        _glance.See(row);
        var (level, change, drift, lasting, cubed) = Judge(model, row, _glance, learns: false);
        bool isAlert = IsAlert(change, timeMs / 1_000.0 ?? _seconds + StepSeconds);
        return Read(isAlert, level, change, drift, lasting, model.Level(cubed));
    }

    /// <summary>
    /// Orders the metrics by how much they take part in what happens: the oddest since about twenty minutes first.
    /// Writes as many numbers of metrics as fit; returns how many.
    /// </summary>
    public int Rank(Span<int> metrics)
    {
        // Insertion into a short list: no allocation, and d x k is small.
        int count = 0;
        for (int j = 0; j < Metrics; j++)
        {
            int at = count < metrics.Length ? count++ : metrics.Length;
            for (; at > 0 && _shown[metrics[at - 1]] < _shown[j]; at--)
            {
                if (at < metrics.Length)
                {
                    metrics[at] = metrics[at - 1];
                }
            }

            if (at < metrics.Length)
            {
                metrics[at] = j;
            }
        }

        return count;
    }

    /// <summary>
    /// The least sensitivity, in expected false alarms a week, at which a change raises an alarm on this host.
    /// </summary>
    public double AlarmsPerWeek(double change) => _line.RateOf(change);

    /// <summary>How much a metric takes part, in the unit of <see cref="Rank"/>: 0 and more, logarithmic.</summary>
    public double Evidence(int metric) => _shown[metric];

    /// <summary>How rare a metric's move within ten minutes is as far as it has lasted: decades, 0 and more.</summary>
    public double Lasting(int metric) => _lasting.Of(metric);

    /// <summary>Appends everything it knows; see docs/formats/detection-state.md.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var state = StateSeal.Open();
        var writer = new StateWriter(state);
        writer.Byte(StateVersion);
        writer.Long(Metrics);
        writer.Double(StepSeconds);
        _views.Save(writer);
        _line.Save(writer);
        writer.Floats(_evidence);
        writer.Byte(_model is null ? (byte)0 : (byte)1);
        if (_model is not null)
        {
            writer.Double(_smoothed);
            writer.Byte(_hasBefore ? (byte)1 : (byte)0);
            writer.Floats(_before);
            _model.Save(writer);
            writer.Double(_seconds);
            _habit.Save(writer);
            _lasting.Save(writer);
            _weeks.Save(writer);
        }

        StateSeal.Close(state, output);
    }

    /// <summary>
    /// Makes a detector of saved state. When the bytes cannot be used, null and a reason in words: the host is then
    /// learned anew.
    /// </summary>
    public static HostDetector? Restore(
        ReadOnlySpan<byte> state,
        out string? problem,
        Sensitivity sensitivity = Sensitivity.Standard
    )
    {
        byte version = state.IsEmpty ? (byte)0 : state[0];
        if (version is < MovelessVersion or > StateVersion)
        {
            problem = $"the state has version {version}, this version of Presage reads {StateVersion}";
            return null;
        }

        problem = "the state is damaged";
        if (version >= WeeklessVersion && !StateSeal.TryOpen(state, out state))
        {
            return null;
        }

        var reader = new StateReader(state[1..]);
        long metrics = reader.Long();
        double stepSeconds = reader.Double();
        if (metrics is < 1 or > HostModel.MetricsMax || !(stepSeconds is >= 0.001 and < 1e9))
        {
            return null;
        }

        var detector = new HostDetector((int)metrics, stepSeconds, sensitivity);
        bool isRestored = version >= LastinglessVersion
            ? detector.Restore(ref reader, version) && reader.IsWhole
            : detector.RestoreViews(ref reader, hasPast: version >= DriftlessVersion);
        if (!isRestored)
        {
            return null;
        }

        problem = null;
        return detector;
    }

    bool Restore(ref StateReader reader, byte version)
    {
        bool hasLasting = version >= WeeklessVersion;
        bool isSane = _views.Restore(ref reader, hasSlow: true, hasPast: true) && _line.Restore(ref reader) &&
            reader.Floats(_evidence);
        if (!isSane || reader.Byte() == 0)
        {
            return isSane;
        }

        _smoothed = reader.Double();
        _hasBefore = reader.Byte() == 1;
        isSane = _smoothed is >= 0 and < 1e30 && reader.Floats(_before);
        _evidence.CopyTo(_shown, 0);
        _model = isSane ? HostModel.Restore(ref reader, Metrics, hasLasting) : null;
        _seconds = reader.Double();
        isSane = _model is not null && double.IsFinite(_seconds) && _habit.Restore(ref reader) &&
            (!hasLasting || _lasting.Restore(ref reader));
        if (isSane && version <= WeeklessVersion)
        {
            _habit.Teach(_weeks);
            return true;
        }

        return isSane && _weeks.Restore(ref reader);
    }

    /// <summary>What of an older state still holds: the views. Line and evidence were on another scale.</summary>
    bool RestoreViews(ref StateReader reader, bool hasPast) =>
        _views.Restore(ref reader, hasSlow: false, hasPast) && !reader.IsCut;

    /// <summary>Drifts and lasting moves raise the score alone, never an alarm.</summary>
    static HostReading Read(bool isAlert, double level, double change, double drift, double lasting, double row)
    {
        double most = Math.Max(change, Math.Max(drift, lasting));
        return new HostReading(HostScale.Score(level, most), isAlert, level, most, row)
        {
            Reason = most <= HostScale.ChangeLine ? ScoreReason.Level
                : change == most ? ScoreReason.Change
                : lasting == most ? ScoreReason.LastingMove
                : ScoreReason.Drift,
        };
    }

    (double Level, double Change, double Drift, double Lasting, double Cubed) Judge(
        HostModel model, ReadOnlySpan<double> row, HostViews views, bool learns)
    {
        model.Scale(row, _scaled);
        model.ScaleSteps(_hasBefore ? _before : _scaled, _scaled, _steps);
        double levelDistance = model.LevelDistance(_scaled), stepDistance = model.StepDistance(_steps);
        double cubed = model.LevelCubed(levelDistance, stepDistance);
        model.ScaleMoves(views.Moves, _moves);
        model.Change.SizeMoves(_moves, _sizes);
        double lasting = _lasting.Judge(_sizes, learns);
        model.Change.Summarise(
            views.Day, views.Hours, views.Minutes, views.Slow, _moves, levelDistance, stepDistance, lasting, _parts);
        for (int j = 0; j < Metrics; j++)
        {
            double now = model.Change.Evidence(j, views.Day[j], views.Hours[j], views.Minutes[j]);
            _shown[j] = (float)Math.Max(now, _evidence[j] * _evidenceKept);
        }

        return (
            model.Level(Smoothed(cubed)),
            model.Change.Of(_parts),
            model.Change.DriftOf(_parts),
            model.Change.LastingOf(_parts),
            cubed);
    }

    /// <summary>
    /// Whether a change is worth an alarm; one that comes every day or every week at this time hardly is.
    /// </summary>
    bool IsAlert(double change, double seconds) =>
        change >= _line.Line && change - (HabitShare * HabitOf(change, seconds)) >= _line.Line;

    double HabitOf(double change, double seconds) =>
        Math.Max(_habit.Share(change, seconds), _weeks.Share(change, seconds));

    double Smoothed(double cubed) => _smoothed + (HostModel.LevelWeight * (cubed - _smoothed));

    void CheckRow(ReadOnlySpan<double> row)
    {
        if (row.Length != Metrics)
        {
            throw new ArgumentException($"A row of {row.Length} values where {Metrics} are due.", nameof(row));
        }
    }

    void CheckLike(HostDetector other)
    {
        if (other.Metrics != Metrics || other.StepSeconds != StepSeconds)
        {
            throw new ArgumentException(
                $"A model of {other.Metrics} metrics cannot judge {Metrics}, nor one of other steps.", nameof(other));
        }
    }
}
