// Hot path: Feed runs once per vital sign, host and second; budget 0.5 us, no allocation.
using System.Buffers;

namespace Presage.Detection;

/// <summary>
/// Learns what is usual for one signal of one host from its values alone and judges each value as it comes.
/// Deterministic in (settings, values fed): no clock, no chance, no I/O. Not thread-safe.
///
/// 1. The value is mapped to practical floors (<see cref="SignalScale"/>), the rhythm of the day and the week is taken
///    off (<see cref="DayProfile"/>, <see cref="WeekProfile"/>).
/// 2. Three views look at the rest: at each value against a level with a half-life of an hour, at the mean of a minute
///    (three hours) and at the mean of 5 min (a day). Where values come faster than every 5 s, a fourth looks at the
///    mean of 15 s: second by second even an idle machine is wild, and what lasts half a minute is seen in half a
///    minute. Each turns the distance into a tail probability
///    (<see cref="ResidualTails"/>). The smallest one counts, bounded by the practical size of the difference: 10^-6 at
///    one floor, so a flat line does not cry wolf.
/// 3. Probabilities of 10^-6 or less (10^-5 on the first day) for 10 s open an anomaly; 10^-3 or more for a minute
///    closes it (<see cref="OddRun"/>).
/// 4. Normal values are learned; odd ones hardly, until they have been odd for hours: then they are the new regime. An
///    anomaly of about the same size that comes a third time within two weeks (a second time on the first day) is
///    accepted as usual.
///
/// Everything is weighed by time, not by count, so 1 s and 60 s cadence learn the same. NaN, infinities and times not
/// after the last one are ignored.
/// </summary>
public sealed class VitalDetector
{
    /// <summary>Data needed before there is a band and a score.</summary>
    public const double RangeSeconds = 360;

    /// <summary>
    /// What comes before is forgotten again: a machine on which something was just installed or started is not usual.
    /// </summary>
    internal const double WarmUpSeconds = 180;

    /// <summary>
    /// Data until which anomalies open at 1 in 11 days instead of 1 in 4 months: what is that rare by what little is
    /// known is worth a mark, and a host raises no alarm of its first day's marks.
    /// </summary>
    public const double FirstDaySeconds = 86_400;

    /// <summary>Data needed before the rhythm of the day is trusted.</summary>
    public const double DaysSeconds = 2 * 86_400;

    /// <summary>Data needed before rare events count as known.</summary>
    public const double WeeksSeconds = 14 * 86_400;

    const byte StateVersion = 4;

    /// <summary>The first version, without the view of values that come fast.</summary>
    const byte StateVersionFirst = 1;

    /// <summary>The last version that told all ratios apart equally finely.</summary>
    const byte StateVersionCoarse = 2;

    /// <summary>The last version without the rhythm of the week.</summary>
    const byte StateVersionOfDays = 3;

    /// <summary>Values that come faster than this are looked at in means of 15 s too.</summary>
    const double ShortViewSeconds = 5;

    /// <summary>
    /// A value stands for the time since the one before, but no longer than this: what lies between is unknown.
    /// </summary>
    const double StandSecondsMax = 300;

    /// <summary>
    /// After a gap this long nothing is judged for <see cref="SettleSeconds"/>: a machine that starts is not usual.
    /// </summary>
    const double LongGapSeconds = 1_800;
    const double SettleSeconds = 300;

    /// <summary>A level after a long gap believes the present as much as ten minutes of the past.</summary>
    const double LevelAgeAfterGap = 600;

    /// <summary>The slow view needs a day of its own history to know how far means stray.</summary>
    const double SlowViewSeconds = 86_400;

    const double FastHalfLifeSeconds = 3_600;

    /// <summary>History from which a level beside a new rhythm is learned.</summary>
    const long LevelHistoryMs = 12 * 3_600_000;

    /// <summary>The usual range is shown at least this wide to each side, in practical floors.</summary>
    const double ShownMin = 0.1;

    readonly SignalScale _scale;
    readonly AnomalyDirection _direction;
    readonly DetectorView _fast;
    readonly DetectorView _middle;
    readonly DetectorView _slow;
    readonly double _exponent;

    /// <summary>Means of 15 s; null where values come slowly.</summary>
    DetectorView? _short;
    DayProfile _rhythm = new();
    OddRun _run;
    long _lastMs = long.MinValue;
    double _settleSeconds;
    double _cadenceSeconds;

    /// <summary>Anomalies of late (half-life a week) that were not accepted, for <see cref="HasComeBack"/>.</summary>
    double _recurrences;

    public VitalDetector(DetectorSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.Floor);
        _scale = new SignalScale(settings);
        _direction = settings.Direction;

        // Prior exponents of the tails, those of t-distributed noise with as many degrees of freedom. Throughput and
        // latency come in bursts even after the logarithm.
        _exponent = settings.IsLogarithmic ? 4 : 5;
        _fast = new DetectorView(0, FastHalfLifeSeconds, Rarity.LookSeconds, _exponent);
        _middle = new DetectorView(60, 3 * 3_600, 60, _exponent);
        _slow = new DetectorView(300, 86_400, 300, _exponent);
    }

    /// <summary>The time its data cover, in seconds; gaps do not count.</summary>
    public double LearnedSeconds { get; private set; }

    public LearningPhase Phase =>
        LearnedSeconds < RangeSeconds ? LearningPhase.Range
        : LearnedSeconds < DaysSeconds && !_rhythm.IsKnown ? LearningPhase.Days
        : LearnedSeconds < WeeksSeconds ? LearningPhase.Weeks
        : LearningPhase.Known;

    /// <summary>Whether an anomaly runs.</summary>
    public bool IsUnusual => _run.IsOpen;

    /// <summary>The anomaly that runs, or the last one that ended.</summary>
    public Anomaly Anomaly => _run.Anomaly;

    /// <summary>The time of the last value taken in, ms since 1970 UTC; long.MinValue before the first.</summary>
    public long LastMs => _lastMs;

    /// <summary>The level the value has had of late, in its unit (for ranking several of a kind).</summary>
    public double Level => _scale.ToValue(_slow.Level);

    /// <summary>Judges a value, then learns it.</summary>
    public DetectorReading Feed(long timestampMs, double value)
    {
        if (!double.IsFinite(value) || timestampMs <= _lastMs)
        {
            return DetectorReading.Unknown;
        }

        double sinceSeconds = _lastMs == long.MinValue ? 0 : (timestampMs - _lastMs) / 1000.0;
        var closedByGap = Resume(sinceSeconds);
        double seconds = Stand(sinceSeconds);
        _lastMs = timestampMs;
        double scaled = _scale.ToScale(value);
        var (least, most) = _rhythm.At(timestampMs);
        double rhythm = Math.Clamp(scaled - _fast.Level, least, most);
        _short ??= sinceSeconds is > 0 and < ShortViewSeconds ? ShortView() : null;
        _fast.See(scaled - rhythm, seconds);
        _short?.See(scaled - rhythm, seconds);
        _middle.See(scaled - rhythm, seconds);
        _slow.See(scaled - rhythm, seconds);
        if (Phase == LearningPhase.Range)
        {
            Learn(timestampMs, scaled, seconds, isOdd: false);
            return DetectorReading.Unknown;
        }

        double lower = _scale.ToValue(_fast.Level + least - Math.Max(ShownMin, _fast.Tails.UsualBelow));
        double upper = _scale.ToValue(_fast.Level + most + Math.Max(ShownMin, _fast.Tails.UsualAbove));
        var look = Look(timestampMs, value, seconds, rhythm, lower, upper);
        bool isSettling = _settleSeconds > 0;
        _settleSeconds = Math.Max(0, _settleSeconds - seconds);
        var change = isSettling ? AnomalyChange.None : _run.See(look, OpenProbability);
        Follow(change);
        Learn(timestampMs, scaled, seconds, isOdd: _run.IsOpen || look.Probability <= OpenProbability);
        double score = isSettling ? 0 : Rarity.ScoreOf(look.Probability);
        return new DetectorReading(score, lower, upper, change == AnomalyChange.None ? closedByGap : change);
    }

    /// <summary>Ends the anomaly, if one runs: what comes next is not judged for a while.</summary>
    public AnomalyChange Pause()
    {
        var change = _run.Close();
        Follow(change);
        return change;
    }

    /// <summary>Judges and learns a run of values; the same as feeding them one by one.</summary>
    public void Feed(ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, Span<DetectorReading> readings)
    {
        for (int i = 0; i < timestampsMs.Length; i++)
        {
            readings[i] = Feed(timestampsMs[i], values[i]);
        }
    }

    /// <summary>
    /// Learns the rhythm of the day and the week anew from stored history up to now (the usual range stays as it is,
    /// because history may be coarser than what is fed). Where no rhythm was known the level is learned anew, too: it
    /// was one of days that looked alike. An anomaly that runs and was the rhythm ends with that.
    /// </summary>
    /// <param name="timestampsMs">Ascending.</param>
    /// <param name="values">What is not finite is a gap.</param>
    /// <param name="isAsked">Whether somebody wants it; else only what knows a day more than this is taken.</param>
    /// <returns>Closed, when an anomaly ended so.</returns>
    public AnomalyChange Recall(IReadOnlyList<long> timestampsMs, ReadOnlySpan<double> values, bool isAsked)
    {
        var rhythm = new DayProfile();
        long beforeMs = long.MinValue;
        for (int i = 0; i < values.Length; i++)
        {
            long atMs = timestampsMs[i];
            if (double.IsFinite(values[i]) && atMs > beforeMs && atMs <= _lastMs)
            {
                double seconds = beforeMs == long.MinValue ? 0 : (atMs - beforeMs) / 1000.0;
                rhythm.Learn(atMs, _scale.ToScale(values[i]), Math.Min(StandSecondsMax, seconds));
                beforeMs = atMs;
            }
        }

        if (rhythm.IsKnown && (isAsked || rhythm.KnowsDayMoreThan(_rhythm)))
        {
            var before = _rhythm.At(_lastMs);
            bool wasKnown = _rhythm.IsTrusted, wasProven = _rhythm.IsWeekProven;
            _rhythm = rhythm;
            Change(_lastMs, Math.Clamp(0, before.Least, before.Most), before, wasProven);
            if (!wasKnown && rhythm.IsTrusted && Relevel(timestampsMs, values) > OddRun.CloseProbability)
            {
                return Pause();
            }
        }

        return AnomalyChange.None;
    }

    /// <summary>
    /// Finds the level that the newest values have beside the rhythm; how rare the newest of them is then.
    /// </summary>
    double Relevel(IReadOnlyList<long> timestampsMs, ReadOnlySpan<double> values)
    {
        var finder = new LevelFinder(_rhythm, FastHalfLifeSeconds);
        long fromMs = _lastMs - LevelHistoryMs, beforeMs = long.MinValue;
        for (int i = 0; i < values.Length; i++)
        {
            long atMs = timestampsMs[i];
            if (double.IsFinite(values[i]) && atMs >= fromMs && atMs > beforeMs && atMs <= _lastMs)
            {
                double seconds = beforeMs == long.MinValue ? 1 : (atMs - beforeMs) / 1000.0;
                finder.See(atMs, _scale.ToScale(values[i]), Math.Min(StandSecondsMax, seconds));
                beforeMs = atMs;
            }
        }

        if (finder.Level is not { } level)
        {
            return 0;
        }

        foreach (var view in (ReadOnlySpan<DetectorView?>)[_fast, _short, _middle, _slow])
        {
            view?.MoveTo(level);
            view?.Settle(0);
            view?.Tails.Fade();
        }

        return _fast.ProbabilityOf(finder.Newest);
    }

    /// <summary>Appends everything it has learned (version 4: 0.5 to 4 KB).</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var state = StateSeal.Open();
        var writer = new StateWriter(state);
        writer.Byte(StateVersion);
        writer.Long(_lastMs);
        writer.Double(LearnedSeconds);
        writer.Double(_settleSeconds);
        writer.Double(_cadenceSeconds);
        writer.Double(_recurrences);
        _run.Save(writer);
        _rhythm.Save(writer);
        _fast.Save(writer);
        _middle.Save(writer);
        _slow.Save(writer);
        writer.Byte((byte)(_short is null ? 0 : 1));
        _short?.Save(writer);
        _rhythm.SaveWeek(writer);
        StateSeal.Close(state, output);
    }

    /// <summary>
    /// Makes a detector of saved state; null when the bytes are of another version or damaged (the signal is then
    /// learned anew).
    /// </summary>
    public static VitalDetector? Restore(DetectorSettings settings, ReadOnlySpan<byte> state)
    {
        byte version = state.IsEmpty ? (byte)0 : state[0];
        if (version is < StateVersionFirst or > StateVersion ||
            (version == StateVersion && !StateSeal.TryOpen(state, out state)))
        {
            return null;
        }

        var reader = new StateReader(state[1..]);
        var detector = new VitalDetector(settings);
        if (version <= StateVersionCoarse && detector._scale.Fineness != 1)
        {
            return null;
        }

        return detector.Restore(ref reader, version) && reader.IsWhole ? detector : null;
    }

    bool Restore(ref StateReader reader, byte version)
    {
        _lastMs = reader.Long();
        LearnedSeconds = reader.Double();
        _settleSeconds = reader.Double();
        _cadenceSeconds = reader.Double();
        _recurrences = reader.Double();
        bool isSane = LearnedSeconds is >= 0 and < 1e12 && _settleSeconds is >= 0 and <= SettleSeconds &&
            _cadenceSeconds is >= 0 and < 1e9 && _recurrences is >= 0 and < 1e9;
        isSane &= _run.Restore(ref reader) && _rhythm.Restore(ref reader) && _fast.Restore(ref reader) &&
            _middle.Restore(ref reader) && _slow.Restore(ref reader);
        if (version > StateVersionFirst && reader.Byte() != 0)
        {
            _short = ShortView();
            isSane &= _short.Restore(ref reader);
        }

        return isSane && (version <= StateVersionOfDays || _rhythm.RestoreWeek(ref reader));
    }

    double OpenProbability =>
        LearnedSeconds < FirstDaySeconds ? OddRun.OpenProbabilityAtFirst : OddRun.OpenProbability;

    DetectorView ShortView() => new(15, 3_600, Rarity.LookSeconds, _exponent);

    /// <summary>The time a value stands for: since the last one, bounded by three times the cadence seen.</summary>
    double Stand(double sinceSeconds)
    {
        if (sinceSeconds <= 0)
        {
            return 0;
        }

        _cadenceSeconds = _cadenceSeconds == 0 ? sinceSeconds
            : _cadenceSeconds + (0.1 * (Math.Min(sinceSeconds, 2 * _cadenceSeconds) - _cadenceSeconds));
        return Math.Min(StandSecondsMax, Math.Min(sinceSeconds, 3 * _cadenceSeconds));
    }

    AnomalyChange Resume(double gapSeconds)
    {
        if (gapSeconds < LongGapSeconds)
        {
            return AnomalyChange.None;
        }

        _settleSeconds = SettleSeconds;
        _fast.Resume(LevelAgeAfterGap);
        _short?.Resume(LevelAgeAfterGap);
        _middle.Resume(LevelAgeAfterGap);
        _slow.Resume(double.MaxValue);
        return _run.Close();
    }

    OddLook Look(long timestampMs, double value, double seconds, double rhythm, double lower, double upper)
    {
        double fast = Judge(_fast, rhythm), middle = Judge(_middle, rhythm);
        double slow = LearnedSeconds < SlowViewSeconds ? 1 : Judge(_slow, rhythm);
        double brief = _short is null || _short.Tails.IsEmpty ? 1 : Judge(_short, rhythm);
        var (scale, view, probability) =
            brief < fast && brief < middle && brief < slow ? (OddScale.Minute, _short!, brief)
            : fast <= middle && fast <= slow ? (OddScale.Value, _fast, fast)
            : middle <= slow ? (OddScale.Minute, _middle, middle)
            : (OddScale.Slow, _slow, slow);
        return new OddLook(
            timestampMs,
            value,
            seconds,
            probability,
            fast,
            Math.Min(Math.Min(fast, brief), middle),
            Math.Max(probability, _slow.ProbabilityOf(_fast.Smooth)),
            view.Residual,
            scale,
            lower,
            upper);
    }

    double Judge(DetectorView view, double rhythm)
    {
        double residual = view.Residual;
        var side = residual > 0 ? AnomalyDirection.Above : AnomalyDirection.Below;
        if ((_direction & side) == 0)
        {
            return 1;
        }

        // 10^-6 at one practical floor, falling with the square: the bound stops mattering at the size of real trouble.
        double effect = _scale.Effect(view.Smooth + rhythm, view.Level + rhythm);
        double bound = Math.Pow(10, Math.Max(-12, -6 * effect * effect));
        return Math.Min(1, Math.Max(bound, view.Probability));
    }

    void Learn(long timestampMs, double scaled, double seconds, bool isOdd)
    {
        var before = _rhythm.At(timestampMs);
        bool wasProven = _rhythm.IsWeekProven;
        if (_rhythm.Learn(timestampMs, scaled, seconds))
        {
            Change(timestampMs, Math.Clamp(scaled - _fast.Level, before.Least, before.Most), before, wasProven);
        }

        bool isWarm = LearnedSeconds >= WarmUpSeconds;
        LearnedSeconds += seconds;
        _recurrences *= double.Exp2(-seconds / (7 * 86_400.0));
        if (isOdd)
        {
            _fast.LearnOdd(seconds, _run.OpenSeconds);
            _short?.LearnOdd(seconds, _run.OpenSeconds);
            _middle.LearnOdd(seconds, _run.OpenSeconds);
            _slow.LearnOdd(seconds, _run.OpenSeconds);
        }
        else
        {
            _fast.LearnNormal(seconds);
            _short?.LearnNormal(seconds);
            _middle.LearnNormal(seconds);
            _slow.LearnNormal(seconds);
        }

        if (!isWarm && LearnedSeconds >= WarmUpSeconds)
        {
            _fast.StartAnew();
            _short?.StartAnew();
            _middle.StartAnew();
            _slow.StartAnew();
        }
    }

    /// <summary>The rhythm explains more or less than before: the level takes the other part.</summary>
    /// <param name="used">What it explained of the last value.</param>
    void Change(long timestampMs, double used, (double Least, double Most) before, bool wasProven)
    {
        // Of two kinds of day that may be, it is one: what has been explained stays so where it can.
        var after = _rhythm.At(timestampMs);
        double by = _rhythm.IsWeekUsed
            ? used - Math.Clamp(used, after.Least, after.Most)
            : (before.Least + before.Most - after.Least - after.Most) / 2;
        _fast.Shift(by);
        _short?.Shift(by);
        _middle.Shift(by);
        _slow.Shift(by);
        if (_rhythm.IsWeekProven && !wasProven)
        {
            // What strayed is foretold from now on; how often that came back says nothing more.
            _fast.Tails.Fade();
            _short?.Tails.Fade();
            _middle.Tails.Fade();
            _slow.Tails.Fade();
            _recurrences = 0;
        }
    }

    void Follow(AnomalyChange change)
    {
        if (change == AnomalyChange.Opened)
        {
            _fast.Tails.DropPending();
            _short?.Tails.DropPending();
            _middle.Tails.DropPending();
            _slow.Tails.DropPending();
        }
        else if (change == AnomalyChange.Closed)
        {
            // The means still carry the anomaly; a regime that lasted for hours is the level of all views.
            if (_run.OpenSeconds > 3_600)
            {
                _short?.MoveTo(_fast.Level);
                _middle.MoveTo(_fast.Level);
                _slow.MoveTo(_fast.Level);
            }

            _short?.Settle(_fast.Residual);
            _middle.Settle(_fast.Residual);
            _slow.Settle(_fast.Residual);
            _recurrences++;
            if (HasComeBack)
            {
                _fast.Accept(_run.OpenSeconds);
                _short?.Accept(_run.OpenSeconds);
                _middle.Accept(_run.OpenSeconds);
                _slow.Accept(_run.OpenSeconds);
                _recurrences = 0;
            }
        }
    }

    bool HasComeBack => _recurrences >= (LearnedSeconds < FirstDaySeconds ? 1.9 : 2.2);
}
