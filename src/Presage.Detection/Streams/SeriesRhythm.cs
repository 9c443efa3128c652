// Hot path: See runs once per series and five minutes, over all series of the store that move; no allocation.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Detection;

/// <summary>
/// The rhythm of the day and of the week of one series, and its trend, in 174 bytes: beside its
/// <see cref="SeriesTrace"/>, for series that move.
///
/// It remembers how low and how high the mean of five minutes comes in each hour of the day, on days of two kinds:
/// at first Monday to Friday and the weekend, then whatever days prove to be alike. What is to be expected now is the
/// range of the hour before, this one and the next, because jobs do not start on the second and clocks are changed
/// twice a year: of days of this kind, or of all days, or nothing at all, whichever foretells best. That is measured by
/// the interval score (Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", 2007): the
/// width of a range and forty times what lies outside of it. How far outside the range the mean lies is compared with
/// the farthest so far, as all distances of a trace are.
///
/// All days are UTC. Deterministic; any value is allowed.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 2)]
public struct SeriesRhythm
{
    /// <summary>Means of five minutes are looked at.</summary>
    public const long VisitMs = 300_000;

    const long HourMs = 3_600_000;
    const int DayHours = HourRanges.Hours;

    /// <summary>Hours known before anything is judged: two days.</summary>
    const int HoursMin = 2 * DayHours;

    /// <summary>Hours known before days may differ by their kind: a week and two days.</summary>
    const int HoursForKinds = 9 * DayHours;

    /// <summary>Looks of ten seconds in an hour: a probability is a share of those.</summary>
    const double LooksAnHour = 360;

    /// <summary>What lies outside a range counts this much more than its width.</summary>
    const double OutsideWeight = 40;

    /// <summary>
    /// Days of one kind, or hours of the day, foretell well enough below these shares of what they cost.
    /// </summary>
    const double KindsShare = 0.8;
    const double HoursShare = 0.6;

    /// <summary>
    /// What days of a kind cost in an hour at most, in what all days do; what they cost once they are believed is less
    /// than all days.
    /// </summary>
    const double HolidayMax = 4;

    /// <summary>The weight of an hour in what a range costs: a week.</summary>
    const double CostGain = 1.0 / 168;

    /// <summary>Half the width of an expected range at least, as a share of all the series' range.</summary>
    const double ReachMin = 0.02;

    /// <summary>Distances that matter at least, as a share of the value.</summary>
    const double ShareMin = 0.005;

    /// <summary>How far outside is nothing at all, in half widths.</summary>
    const double OutsideMin = 0.3;

    /// <summary>How much of a distance an odd hour makes usual.</summary>
    const double OddPull = 0.3;

    /// <summary>What an hour that is odd moves a range by at most, as a share of all the series' range.</summary>
    const double OddReach = 0.25;

    /// <summary>
    /// How far outside all that is known a mean is believed to lie, in widths of that: a wild one would leave nothing
    /// to tell usual ones apart by.
    /// </summary>
    const double Growth = 100;
    const double OddGrowth = 4;

    const float FarthestKeptADay = 0.977f;

    const double ValueMax = 1e30;
    const double StepMin = 1e-12;

    HourRanges _ranges;
    SeriesTrend _trend;

    // A position p stands for the value _origin + p * _step; positions are 1 to 255.
    float _origin;
    float _step;

    // What ranges cost: that of all hours, of hours of the day, of those on days of this kind.
    Half _costOfAll;
    Half _costOfHours;
    Half _costOfKinds;

    // The hour that is seen, modulo 65,536: sum of positions in sixteenths, means seen, lowest, highest.
    ushort _hour;
    ushort _sum;
    byte _count;
    byte _low;
    byte _high;

    // The hour before, which is not learned yet; 0 where there is none.
    byte _lowBefore;
    byte _highBefore;

    // Hours known, at most 255; what is known.
    byte _hours;
    byte _state;
    WeekKinds _week;

    // How far outside, in half widths: the farthest so far, in this hour, in the one before.
    Half _farthest;
    Half _farthestInHour;
    Half _farthestBefore;

    const byte KnowsHours = 1;
    const byte KnowsKinds = 2;
    const byte IsOddHour = 4;
    const byte WasOddHour = 8;

    /// <summary>Hours it has seen, 255 at most.</summary>
    public readonly int HoursKnown => _hours;

    /// <summary>Whether it knows a rhythm of the day or of the week.</summary>
    public readonly bool IsKnown => (_state & (KnowsHours | KnowsKinds)) != 0;

    /// <summary>Whether days differ by their kind.</summary>
    public readonly bool IsWeekly => (_state & KnowsKinds) != 0;

    /// <summary>Looks at the mean of the last five minutes, then learns it.</summary>
    /// <param name="timestampMs">When; later than the last.</param>
    /// <param name="mean">Of a counter the mean of its rate.</param>
    /// <param name="isOdd">Whether something else about the series is odd: it is learned with care.</param>
    public RhythmReading See(long timestampMs, double mean, bool isOdd)
    {
        if (!double.IsFinite(mean))
        {
            return RhythmReading.Usual;
        }

        mean = Math.Clamp(mean, -ValueMax, ValueMax);
        long hour = HourOf(timestampMs);
        if (_step == 0)
        {
            _hour = (ushort)hour;
            _week = new WeekKinds();
            _step = (float)Math.Max(StepMin, Math.Abs(mean) * 0.0005);
            _origin = (float)(mean - (128 * (double)_step));
        }
        else if ((ushort)hour != _hour)
        {
            EndHour(hour);
        }

        double position = Fit(mean, isOdd);
        var time = Judge(hour, position);
        var trend = _hours < HoursMin ? RhythmReading.Usual : Reading(_trend.Ratio, 1, SeriesOddity.Trend);
        bool isAway = time.Probability <= SeriesTrace.OddProbability;
        _state |= (byte)(isOdd || isAway ? IsOddHour : 0);
        Note(position);
        return time.Probability <= trend.Probability ? time : trend;
    }

    /// <summary>
    /// What is expected at a time: lowest and highest mean of five minutes; null where no rhythm is known.
    /// </summary>
    public readonly (double Lower, double Upper)? Expected(long timestampMs)
    {
        long hour = HourOf(timestampMs);
        var range = RangeAt(hour, around: 1);
        return IsKnown && range.IsKnown ? (ValueOf(range.Low), ValueOf(range.High)) : null;
    }

    /// <summary>Bytes of <see cref="Save"/>.</summary>
    public static int Bytes => Unsafe.SizeOf<SeriesRhythm>();

    /// <summary>Writes everything it knows: docs/formats/detection-state.md, "Rhythms of all series".</summary>
    public readonly void Save(Span<byte> output) => MemoryMarshal.Write(output, in this);

    /// <summary>Reads what <see cref="Save"/> wrote; false when those are not numbers a rhythm can have.</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out SeriesRhythm rhythm)
    {
        rhythm = MemoryMarshal.Read<SeriesRhythm>(input);
        ReadOnlySpan<Half> sizes =
        [
            rhythm._costOfAll, rhythm._costOfHours, rhythm._costOfKinds, rhythm._farthest, rhythm._farthestInHour,
            rhythm._farthestBefore,
        ];
        bool isSane = float.IsFinite(rhythm._origin) && rhythm._step is >= 0 and < float.MaxValue;
        foreach (var size in sizes)
        {
            isSane &= Half.IsFinite(size) && size >= Half.Zero;
        }

        return isSane && rhythm._trend.IsSane() && rhythm._ranges.IsSane();
    }

    static long HourOf(long timestampMs) =>
        Math.DivRem(timestampMs, HourMs, out long rest) - (rest < 0 ? 1 : 0);

    readonly double ValueOf(double position) => _origin + (position * _step);

    /// <summary>The position of a mean; the scale grows where it lies outside.</summary>
    double Fit(double mean, bool isOdd)
    {
        double position = (mean - _origin) / _step;
        if (position is >= 1 and <= HourRanges.Top)
        {
            return position;
        }

        var learned = _ranges.Whole();
        var used = Used();
        learned = learned.IsKnown ? learned : used;
        double reach = (isOdd ? OddGrowth : Growth) * Math.Max(learned.Width, 16);
        position = used.IsKnown ? Math.Clamp(position, learned.Low - reach, learned.High + reach) : position;
        MoveTo(used.With(new HourRange(position, position)), 0.25, ref position);
        return Math.Clamp(position, 1, HourRanges.Top);
    }

    readonly HourRange Used()
    {
        var used = _ranges.Whole().With(_week.Whole());
        used = _lowBefore == 0 ? used : used.With(new HourRange(_lowBefore, _highBefore));
        return _count == 0 ? used : used.With(new HourRange(_low, _high));
    }

    /// <summary>Moves to a scale on which a range has room to both sides.</summary>
    void MoveTo(HourRange range, double room, ref double position)
    {
        double width = Math.Max(range.Width, 8) * (1 + (2 * room));
        double factor = (HourRanges.Top - 3) / width;
        factor = Math.Min(factor, _step / StepMin);
        double offset = 128 - (range.Middle * factor);
        double origin = _origin - (offset * _step / factor);
        _origin = (float)Math.Clamp(origin, -ValueMax, ValueMax);
        _step = (float)Math.Clamp(_step / factor, StepMin, ValueMax);
        _ranges.Rescale(factor, offset);
        _trend.Rescale(factor, IsKnown ? 128 * (1 - factor) : offset);
        _costOfAll = Cost((double)_costOfAll * factor);
        _costOfHours = Cost((double)_costOfHours * factor);
        _costOfKinds = Cost((double)_costOfKinds * factor);
        _week.Rescale(factor, offset);
        position = (position * factor) + offset;
        if (_count > 0)
        {
            _sum = (ushort)Math.Clamp((_sum * factor) + (_count * 16 * offset), 0, ushort.MaxValue);
            _low = (byte)Math.Clamp((_low * factor) + offset, 1, HourRanges.Top);
            _high = (byte)Math.Clamp(Math.Ceiling((_high * factor) + offset), _low, HourRanges.Top);
        }

        if (_lowBefore > 0)
        {
            _lowBefore = (byte)Math.Clamp((_lowBefore * factor) + offset, 1, HourRanges.Top);
            _highBefore = (byte)Math.Clamp(Math.Ceiling((_highBefore * factor) + offset), _lowBefore, HourRanges.Top);
        }
    }

    static Half Cost(double cost) => (Half)Math.Min(cost, 60_000);

    void Note(double position)
    {
        if (_count == 16)
        {
            return;
        }

        byte low = (byte)Math.Floor(position), high = (byte)Math.Ceiling(position);
        _low = _count == 0 ? low : Math.Min(_low, low);
        _high = _count == 0 ? high : Math.Max(_high, high);
        _sum += (ushort)Math.Round(16 * position);
        _count++;
    }

    RhythmReading Judge(long hour, double position)
    {
        var range = RangeAt(hour, around: 1);
        if (!IsKnown || _hours < HoursMin || !range.IsKnown)
        {
            return RhythmReading.Usual;
        }

        double reach = Math.Max(range.Width / 2, ReachMin * _ranges.Whole().Width);
        reach = Math.Max(reach, ShareMin * Math.Abs(ValueOf(range.Middle)) / _step);
        reach = Math.Max(reach, 1);
        double outside = Math.Max(0, (Math.Abs(position - range.Middle) / reach) - 1);
        _farthestInHour = (Half)Math.Max((double)_farthestInHour, Math.Min(outside, 60_000));
        double share = IsWeekly ? _week.DaysOf(_week.KindOf(hour)) / (double)WeekKinds.Days : 1;
        return Reading(outside / Math.Max(OutsideMin, (double)_farthest), share, SeriesOddity.WrongTime);
    }

    /// <param name="ratio">How many times as far as the farthest.</param>
    /// <param name="oddity">What it would be.</param>
    /// <param name="share">Of the hours known, those that can tell.</param>
    readonly RhythmReading Reading(double ratio, double share, SeriesOddity oddity)
    {
        if (ratio <= 1)
        {
            return RhythmReading.Usual;
        }

        // Two questions are asked; beyond the farthest the probability falls with the third power.
        double probability = 2 / (ratio * ratio * ratio * ((LooksAnHour * share * _hours) + 1));
        return new RhythmReading(oddity, Math.Min(1, probability));
    }

    /// <summary>
    /// The range expected in an hour and those around it, by what foretells best; none where unknown.
    /// </summary>
    readonly HourRange RangeAt(long hour, int around) =>
        IsWeekly ? OfKind(hour, around) : IsKnown ? OfAnyKind(hour, around) : HourRange.None;

    readonly HourRange OfKind(long hour, int around)
    {
        var range = HourRange.None;
        for (long at = hour - around; at <= hour + around; at++)
        {
            var own = _ranges.Of(_week.KindOf(at), WeekKinds.HourOfDay(at));
            if (!own.IsKnown)
            {
                return HourRange.None;
            }

            range = range.With(own);
        }

        return range;
    }

    readonly HourRange OfAnyKind(long hour, int around)
    {
        if (!_ranges.Of(_week.KindOf(hour), WeekKinds.HourOfDay(hour)).IsKnown)
        {
            // The first day of its kind: nobody knows what it is like.
            return HourRange.None;
        }

        var range = HourRange.None;
        for (long at = hour - around; at <= hour + around; at++)
        {
            range = range.With(_ranges.Of(0, WeekKinds.HourOfDay(at))).With(_ranges.Of(1, WeekKinds.HourOfDay(at)));
        }

        return range;
    }

    /// <summary>Learns the hour that has ended.</summary>
    void EndHour(long hour)
    {
        int passed = (ushort)((ushort)hour - _hour);
        long ended = hour - passed;
        Commit(ended);
        for (long missed = ended + 1; missed < Math.Min(hour, ended + 1 + DayHours); missed++)
        {
            _trend.Forget(WeekKinds.HourOfDay(missed));
        }

        if (passed > 1)
        {
            Extend(ended);
        }

        _hour = (ushort)hour;
        (_sum, _count, _low, _high) = (0, 0, 0, 0);
        _state &= unchecked((byte)~IsOddHour);
        if (WeekKinds.DayOf(ended) != WeekKinds.DayOf(hour))
        {
            EndDay(ended);
        }
    }

    void Commit(long hour)
    {
        if (_count == 0)
        {
            return;
        }

        var seen = new HourRange(_low, _high);
        bool isOdd = (_state & IsOddHour) != 0;
        if (!isOdd)
        {
            Compare(hour, seen);
        }

        var expected = RangeAt(hour, around: 0);
        Extend(hour - 1);
        (_lowBefore, _highBefore) = (_low, _high);
        double farther = Math.Max(0, (double)_farthestBefore - (double)_farthest);
        _farthest = (Half)((double)_farthest + (farther * ((_state & WasOddHour) == 0 ? 1 : OddPull)));
        _state = (byte)((_state & ~WasOddHour) | (isOdd ? WasOddHour : 0));
        (_farthestBefore, _farthestInHour) = (_farthestInHour, Half.Zero);
        _hours = (byte)Math.Min(byte.MaxValue, _hours + 1);
        byte known = Choice();
        if (known != (_state & (KnowsHours | KnowsKinds)))
        {
            _state = (byte)((_state & ~(KnowsHours | KnowsKinds)) | known);
            _trend.ForgetAll();
            expected = RangeAt(hour, around: 0);
        }

        double mean = _sum / (16.0 * _count);
        _week.See(mean);
        double beside = expected.IsKnown ? 128 + mean - expected.Middle : mean;
        _trend.See(WeekKinds.HourOfDay(hour), beside, _ranges.Whole().Width, _hours);
    }

    /// <summary>Counts what each way to foretell this hour would have cost.</summary>
    void Compare(long hour, HourRange seen)
    {
        var kinds = OfKind(hour, around: 1);
        var hours = OfAnyKind(hour, around: 1);
        var all = _ranges.Whole();
        if (_hours < DayHours || !hours.IsKnown)
        {
            return;
        }

        double gain = Math.Max(CostGain, 1.0 / (_hours - DayHours + 1));
        double paid = Paid(hours, seen);
        _costOfAll = Cost((double)_costOfAll + (gain * (Paid(all, seen) - (double)_costOfAll)));
        _costOfHours = Cost((double)_costOfHours + (gain * (paid - (double)_costOfHours)));

        // A holiday is forgotten within days.
        double ofKinds = kinds.IsKnown ? Math.Min(Paid(kinds, seen), HolidayMax * paid) : paid;
        _costOfKinds = Cost((double)_costOfKinds + (gain * (ofKinds - (double)_costOfKinds)));
    }

    static double Paid(HourRange range, HourRange seen) => range.Width + (OutsideWeight * range.Excess(seen));

    readonly byte Choice()
    {
        double least = Math.Min((double)_costOfHours, HoursShare * (double)_costOfAll);
        bool isWeekly = _hours >= HoursForKinds && (double)_costOfKinds < (IsWeekly ? 1 : KindsShare) * least;
        return isWeekly ? (byte)(KnowsKinds | KnowsHours)
            : _hours >= HoursMin && (double)_costOfHours < HoursShare * (double)_costOfAll ? KnowsHours : (byte)0;
    }

    /// <summary>
    /// Learns the hour before the last one. It was no part of what was expected of the last one, or each hour would
    /// excuse the next.
    /// </summary>
    void Extend(long hour)
    {
        if (_lowBefore == 0)
        {
            return;
        }

        var seen = new HourRange(_lowBefore, _highBefore);
        bool isOdd = (_state & WasOddHour) != 0;
        _lowBefore = 0;
        int kind = _week.KindOf(hour), at = WeekKinds.HourOfDay(hour);
        var own = _ranges.Of(kind, at);
        if (!own.IsKnown)
        {
            _ranges.Set(kind, at, (int)seen.Low, (int)seen.High);
            return;
        }

        // Rarer days forget by larger steps: half within a week or two.
        double kept = _week.DaysOf(kind) <= 3 ? 0.75 : 0.875;
        double reach = isOdd ? OddReach * _ranges.Whole().Width : HourRanges.Top;
        double low = seen.Low < own.Low ? Math.Max(seen.Low, own.Low - reach)
            : Math.Ceiling(seen.Low - (kept * (seen.Low - own.Low)));
        double high = seen.High > own.High ? Math.Min(seen.High, own.High + reach)
            : Math.Floor(seen.High + (kept * (own.High - seen.High)));
        _ranges.Set(kind, at, (int)low, (int)Math.Max(low, high));
    }

    void EndDay(long hour)
    {
        byte lost = _week.EndDay(hour, _ranges.Whole().Width);
        if (lost != 0)
        {
            // What was learned of a kind that has lost a day is another kind's, too: it is learned anew.
            _ranges.Forget(lost);
            _costOfKinds = _costOfHours;
        }

        _farthest = (Half)((float)_farthest * FarthestKeptADay);
        _trend.EndDay();
        var used = Used();
        if (used.IsKnown && used.Width < HourRanges.Top / 4)
        {
            double position = 0;
            MoveTo(used, 0.5, ref position);
        }
    }
}
