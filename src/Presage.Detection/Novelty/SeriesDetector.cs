// Hot path: Feed runs once per sample of a vital sign (a minute or five); budget 2 us, no allocation.
using System.Buffers;

namespace Presage.Detection;

/// <summary>
/// Watches one series and asks of every sample: has there ever been anything like it? It needs no unit, no scale and no
/// training, and gets used to things by itself.
///
/// 1. Four signals are derived: the value, the means of the last 3 and 36 samples, the range of the last 12. For each
/// the novelty is the distance to the nearest value it has had before (<see cref="GapSketch"/>); for the slow mean
/// and the range also in relation to where it lies (<see cref="RunningSpread"/>).
/// 2. Where days are alike, the mean of half an hour is compared with those at this time of day (<see
/// cref="DayNovelty"/>).
/// 3. How rare is such a novelty here (<see cref="TailScore"/>)? The answers are joined by a power mean.
/// 4. The rest is economy of attention: what has just been odd is less odd a second time (habituation), an anomaly is
/// told once (refractory period), and who keeps crying is heard less. Short histories cannot give small
/// probabilities; that is made up for.
/// 5. Three witnesses are heard past all this where they are rare enough by themselves: a step from the sample before
/// (news of values ends with the second time, a rare step stays one), the time of day, and a value that has stopped
/// moving (<see cref="Stillness"/>).
///
/// Samples count; time is asked for the time of day only. Feed evenly spaced values, of a minute or five. NaN and
/// infinities are passed over, times may repeat or go back.
/// Deterministic; not thread-safe.
/// </summary>
public sealed class SeriesDetector
{
    const byte StateVersion = 4;

    /// <summary>Had no checksum.</summary>
    const byte UnsealedVersion = 3;

    /// <summary>Knew no steps and no stillness; is still read, and those are learned anew.</summary>
    const byte SteplessVersion = 2;

    /// <summary>Knew no times either.</summary>
    const byte TimelessVersion = 1;

    /// <summary>Values beyond are taken as this: their sums are still numbers.</summary>
    const double ValueMax = 1e100;

    const int SlowWindow = 36;
    const int RangeWindow = 12;
    const int FastWindow = 3;

    const double HalfHourMs = 1_800_000;

    /// <summary>
    /// Weights of value, fast mean, slow mean, slow mean relative, range relative, which add up to 1; the time of day
    /// comes on top, as far as there is a rhythm.
    /// </summary>
    const double ValueWeight = 0.35;
    const double FastWeight = 0.10;
    const double SlowWeight = 0.40;
    const double SlowRelativeWeight = 0.11;
    const double RangeRelativeWeight = 0.04;
    const double DayWeight = 0.2;

    /// <summary>Exponent of the power mean: a strong witness counts a little more.</summary>
    const double Power = 1.5;

    /// <summary>Strength of a witness by itself: this much a decade of rarity, above so many decades.</summary>
    const double AloneShare = 2;
    const double AloneFrom = 2.6;

    /// <summary>
    /// How rare a step is is known the better the more samples it is counted among: from a few thousand on it is heard
    /// earlier, by so many decades of rarity at ten times as many.
    /// </summary>
    const double StepEase = 0.5;
    const double StepEaseFrom = 3_000;

    /// <summary>The joined score is told in these units: 1 is about a decade of one feature.</summary>
    const double Unit = 3;

    readonly double[] _recent = new double[SlowWindow];
    readonly long[] _times = new long[SlowWindow];
    readonly GapSketch _values = new();
    readonly GapSketch _fast = new();
    readonly GapSketch _slow = new();
    readonly GapSketch _ranges = new();
    readonly TailScore _valueTail = new();
    readonly TailScore _fastTail = new();
    readonly TailScore _slowTail = new();
    readonly TailScore _slowRelativeTail = new();
    readonly TailScore _rangeRelativeTail = new();
    readonly DayNovelty _day = new();
    readonly TailScore _dayTail = new();
    readonly TailScore _stepTail = new();
    readonly double _line;
    RunningSpread _slowSpread;
    RunningSpread _rangeSpread;
    Attention _attention;
    Stillness _stillness;
    long _seen;

    public SeriesDetector(Sensitivity sensitivity = Sensitivity.Standard)
    {
        _line = SeriesScale.Line(sensitivity);
    }

    /// <summary>Samples taken in.</summary>
    public long Samples => _seen;

    /// <summary>Judges a sample, then learns it. The time is in ms since 1970 UTC.</summary>
    public SeriesReading Feed(long timeMs, double value)
    {
        if (!double.IsFinite(value))
        {
            return default;
        }

        value = Math.Clamp(value, -ValueMax, ValueMax);
        double step = _seen > 0 ? Math.Abs(value - _recent[(_seen - 1) % SlowWindow]) : 0;
        _recent[_seen % SlowWindow] = value;
        _times[_seen % SlowWindow] = timeMs;
        double fast = Mean(FastWindow), slow = Mean(SlowWindow), range = Range();
        double fastNovelty = _fast.DistanceTo(fast), slowNovelty = _slow.DistanceTo(slow);
        double ofDay = _day.See(timeMs / 1_000.0, MeanOfHalfHour(timeMs));
        ofDay = _dayTail.Of(ofDay) * _day.Weight;
        double sum =
            (ValueWeight * Raise(_valueTail.Of(_values.DistanceTo(value)))) +
            (FastWeight * Raise(_fastTail.Of(fastNovelty))) +
            (SlowWeight * Raise(_slowTail.Of(slowNovelty))) +
            (SlowRelativeWeight * Raise(_slowRelativeTail.Of(_slowSpread.Relative(slow, slowNovelty)))) +
            (RangeRelativeWeight *
                Raise(_rangeRelativeTail.Of(_rangeSpread.Relative(range, _ranges.DistanceTo(range))))) +
            (DayWeight * Raise(ofDay));
        double strength = _attention.Heed(Unit * Math.Pow(sum, 1 / Power), _seen);
        double ease = StepEase * Math.Clamp(Math.Log10((_seen + 1) / StepEaseFrom), 0, 1);
        double alone = AloneShare * (Math.Max(ofDay, _stepTail.Of(step) + ease) - AloneFrom);
        strength = Math.Max(strength, Math.Max(alone, _stillness.See(step, _seen)));
        bool isAlert = strength >= _line && strength >= _line + SeriesScale.Rise(SpacingSeconds(timeMs));
        _seen++;
        return new SeriesReading(SeriesScale.Score(strength), isAlert, strength);
    }

    /// <summary>Judges and learns a run of samples; the same as feeding them one by one.</summary>
    public void Feed(ReadOnlySpan<long> timesMs, ReadOnlySpan<double> values, Span<SeriesReading> readings)
    {
        for (int i = 0; i < values.Length; i++)
        {
            readings[i] = Feed(timesMs[i], values[i]);
        }
    }

    /// <summary>Appends everything it knows (up to about 16 KB); see docs/formats/detection-state.md.</summary>
    public void Save(IBufferWriter<byte> output)
    {
        var state = StateSeal.Open();
        var writer = new StateWriter(state);
        writer.Byte(StateVersion);
        writer.Long(_seen);
        foreach (double value in _recent)
        {
            writer.Double(value);
        }

        foreach (var sketch in (ReadOnlySpan<GapSketch>)[_values, _fast, _slow, _ranges])
        {
            sketch.Save(writer);
        }

        foreach (var tail in (ReadOnlySpan<TailScore>)[
            _valueTail, _fastTail, _slowTail, _slowRelativeTail, _rangeRelativeTail])
        {
            tail.Save(writer);
        }

        _slowSpread.Save(writer);
        _rangeSpread.Save(writer);
        _attention.Save(writer);
        foreach (long time in _times)
        {
            writer.Long(time);
        }

        _day.Save(writer);
        _dayTail.Save(writer);
        _stepTail.Save(writer);
        _stillness.Save(writer);
        StateSeal.Close(state, output);
    }

    /// <summary>
    /// Makes a detector of saved state. When the bytes cannot be used, null and a reason in words: the series is then
    /// learned anew.
    /// </summary>
    public static SeriesDetector? Restore(
        ReadOnlySpan<byte> state,
        out string? problem,
        Sensitivity sensitivity = Sensitivity.Standard)
    {
        byte version = state.IsEmpty ? (byte)0 : state[0];
        if (version is < TimelessVersion or > StateVersion)
        {
            problem = $"the state has version {version}, this version of Presage reads {StateVersion}";
            return null;
        }

        bool isSound = version < StateVersion || StateSeal.TryOpen(state, out state);
        var reader = new StateReader(state[1..]);
        var detector = new SeriesDetector(sensitivity);
        bool isWhole = isSound && detector.Restore(ref reader) &&
            (version == TimelessVersion || detector.RestoreDay(ref reader)) &&
            (version < UnsealedVersion || detector.RestoreSteps(ref reader)) && reader.IsWhole;
        problem = isWhole ? null : "the state is damaged";
        return isWhole ? detector : null;
    }

    bool Restore(ref StateReader reader)
    {
        _seen = reader.Long();
        bool isSane = _seen is >= 0 and <= StateReader.CountMax;
        for (int i = 0; i < SlowWindow; i++)
        {
            _recent[i] = reader.Double();
            isSane &= Math.Abs(_recent[i]) <= ValueMax;
        }

        return isSane && _values.Restore(ref reader) && _fast.Restore(ref reader) && _slow.Restore(ref reader) &&
            _ranges.Restore(ref reader) && _valueTail.Restore(ref reader) && _fastTail.Restore(ref reader) &&
            _slowTail.Restore(ref reader) && _slowRelativeTail.Restore(ref reader) &&
            _rangeRelativeTail.Restore(ref reader) && _slowSpread.Restore(ref reader) &&
            _rangeSpread.Restore(ref reader) && _attention.Restore(ref reader);
    }

    bool RestoreDay(ref StateReader reader)
    {
        for (int i = 0; i < SlowWindow; i++)
        {
            _times[i] = reader.Long();
        }

        return _day.Restore(ref reader) && _dayTail.Restore(ref reader);
    }

    bool RestoreSteps(ref StateReader reader) => _stepTail.Restore(ref reader) && _stillness.Restore(ref reader);

    static double Raise(double score) => score <= 0 ? 0 : score * Math.Sqrt(score);

    /// <summary>
    /// The mean of the newest samples, summed anew each time so that no wild value leaves a rest behind.
    /// </summary>
    double Mean(int window)
    {
        int count = (int)Math.Min(window, _seen + 1);
        double sum = 0;
        for (long i = _seen - count + 1; i <= _seen; i++)
        {
            sum += _recent[i % SlowWindow];
        }

        return sum / count;
    }

    /// <summary>The mean of the samples of the last half hour, the newest 36 at most.</summary>
    double MeanOfHalfHour(long timeMs)
    {
        double sum = 0;
        int count = 0;
        for (long i = _seen; i >= Math.Max(0, _seen - SlowWindow + 1); i--)
        {
            double age = (double)timeMs - _times[i % SlowWindow];
            if (age is < 0 or >= HalfHourMs)
            {
                break;
            }

            sum += _recent[i % SlowWindow];
            count++;
        }

        return sum / count;
    }

    /// <summary>Mean time between the last 36 samples.</summary>
    double SpacingSeconds(long timeMs)
    {
        long count = Math.Min(_seen, SlowWindow - 1);
        return count == 0 ? 0 : ((double)timeMs - _times[(_seen - count) % SlowWindow]) / count / 1_000;
    }

    double Range()
    {
        double lowest = double.MaxValue, highest = double.MinValue;
        for (long i = Math.Max(0, _seen - RangeWindow + 1); i <= _seen; i++)
        {
            lowest = Math.Min(lowest, _recent[i % SlowWindow]);
            highest = Math.Max(highest, _recent[i % SlowWindow]);
        }

        return highest - lowest;
    }
}
