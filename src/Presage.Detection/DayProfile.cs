// Hot path: At and Learn run once per sample; no allocation.
namespace Presage.Detection;

/// <summary>
/// The rhythm of the day: means of 48 half hours (UTC) of the last three days, of which the median counts (so one bad
/// night teaches nothing, two of three do). It is used only as far as it predicts better than the day's mean: weight 0
/// up to a skill (R squared over about three days) of 0.3, 1 from 0.7, and 0 before two days are known.
///
/// Where that leaves something to explain the days are handed on to a <see cref="WeekProfile"/>, which takes over as
/// far as it forecasts better.
/// </summary>
sealed class DayProfile
{
    const int Slots = 48;
    const int Days = 3;
    const long SlotMs = 1_800_000;

    /// <summary>A half hour counts when at least a third of it was seen.</summary>
    const double SlotSecondsMin = 600;

    /// <summary>
    /// Squared errors of the day's forecast of late from which on there is something for the week to explain: eight
    /// half hours a floor off.
    /// </summary>
    const double ErrorOfNote = 8;

    /// <summary>What day and week have to differ by, in floors, to count both.</summary>
    const double DifferenceOfNote = 1;

    /// <summary>Means are kept within what half precision holds; beyond, differences mean nothing.</summary>
    const float MeanMax = 60_000;

    /// <summary>Slot by slot the means of three days; null before the first. 0 is unknown.</summary>
    Half[]? _means;
    long _slot = -1;
    double _sum;
    double _seconds;
    double _errorOfProfile;
    double _errorOfMean;

    /// <summary>A bit for each half hour of the present day that has been learned.</summary>
    ulong _known;

    /// <summary>The rhythm of the week; null where the days before foretell all there is.</summary>
    WeekProfile? _week;

    /// <summary>What <see cref="At"/> says of one half hour, the last one asked for.</summary>
    long _askedSlot = long.MinValue;
    (double Least, double Most) _asked;

    /// <summary>How many half hours have been learned, at most.</summary>
    double _learnedSlots;

    /// <summary>Mean of all means there are.</summary>
    double _all;

    /// <summary>Mean of what is typical of each half hour.</summary>
    double _mean;

    /// <summary>How far the rhythm is trusted, 0-1.</summary>
    public double Weight { get; private set; }

    /// <summary>Whether two days have been seen.</summary>
    public bool IsKnown => _learnedSlots >= 2 * Slots;

    /// <summary>Whether a rhythm is trusted to any degree.</summary>
    public bool IsTrusted => Weight > 0 || IsWeekUsed;

    /// <summary>Whether the rhythm of the week has a say.</summary>
    public bool IsWeekUsed => _week is { IsUsed: true };

    /// <summary>Whether the rhythm of the week has once been the better forecast by far.</summary>
    public bool IsWeekProven => _week is { IsProven: true };

    /// <summary>Whether it has seen a day more than another.</summary>
    public bool KnowsDayMoreThan(DayProfile other) => _learnedSlots >= other._learnedSlots + Slots;

    /// <summary>
    /// What the time of day and week adds to the level: the least and the most it usually adds from half an hour before
    /// to half an hour after, because jobs do not start on the second; an hour where the week counts, because the
    /// clocks of people change twice a year. Both are 0 while no rhythm is trusted.
    /// </summary>
    public (double Least, double Most) At(long timestampMs)
    {
        if (!IsTrusted)
        {
            return default;
        }

        long slot = SlotOf(timestampMs);
        if (slot != _askedSlot)
        {
            _asked = Around(slot);
            _askedSlot = slot;
        }

        return _asked;
    }

    /// <summary>
    /// Adds a value; true when a half hour has ended and with it what <see cref="At"/> says may have changed.
    /// </summary>
    public bool Learn(long timestampMs, double value, double seconds)
    {
        long slot = SlotOf(timestampMs);
        bool ended = false;
        if (slot != _slot)
        {
            ended = _seconds >= SlotSecondsMin;
            if (ended)
            {
                Commit();
            }

            if (DayOf(slot) != DayOf(_slot))
            {
                EndDay();
                ended = true;
            }

            _slot = slot;
            _sum = _seconds = 0;
        }

        _sum += value * seconds;
        _seconds += seconds;
        return ended;
    }

    public void Save(in StateWriter writer)
    {
        Span<float> means = stackalloc float[Slots * Days];
        for (int i = 0; i < means.Length; i++)
        {
            means[i] = _means is null ? 0 : (float)_means[i];
        }

        writer.Sparse(means);
        writer.Long(_slot);
        writer.Double(_sum);
        writer.Double(_seconds);
        writer.Double(_errorOfProfile);
        writer.Double(_errorOfMean);
        writer.Double(_learnedSlots);
    }

    public bool Restore(ref StateReader reader)
    {
        Span<float> means = stackalloc float[Slots * Days];
        reader.Sparse(means);
        _slot = reader.Long();
        _sum = reader.Double();
        _seconds = reader.Double();
        _errorOfProfile = reader.Double();
        _errorOfMean = reader.Double();
        _learnedSlots = reader.Double();
        for (int i = 0; i < means.Length; i++)
        {
            if (!float.IsFinite(means[i]))
            {
                return false;
            }

            if (means[i] != 0)
            {
                Keep(i, means[i]);
            }
        }

        Measure();
        return Math.Abs(_sum) < 1e15 && _seconds is >= 0 and < 1e9 && _errorOfProfile is >= 0 and < 1e30 &&
            _errorOfMean is >= 0 and < 1e30 && _learnedSlots is >= 0 and < 1e9 &&
            _slot is > -1_000_000_000 and < 1_000_000_000;
    }

    /// <summary>Appends the rhythm of the week and what it is made of.</summary>
    public void SaveWeek(in StateWriter writer)
    {
        writer.Long((long)_known);
        writer.Byte((byte)(_week is null ? 0 : 1));
        _week?.Save(writer);
    }

    /// <summary>Reads it.</summary>
    public bool RestoreWeek(ref StateReader reader)
    {
        _known = (ulong)reader.Long();
        if (reader.Byte() == 0)
        {
            return true;
        }

        _week = new WeekProfile();
        return _week.Restore(ref reader);
    }

    (double Least, double Most) Around(long slot)
    {
        var (least, most) = Of(slot);
        int reach = _week is { Weight: > 0 } ? 2 : 1;
        for (int away = 1; away <= reach; away++)
        {
            var (leastBefore, mostBefore) = Of(slot - away);
            var (leastAfter, mostAfter) = Of(slot + away);
            least = Math.Min(least, Math.Min(leastBefore, leastAfter));
            most = Math.Max(most, Math.Max(mostBefore, mostAfter));
        }

        return (least, most);
    }

    /// <summary>What one half hour adds to the level.</summary>
    (double Least, double Most) Of(long slot)
    {
        double ofDay = Weight * (TypicalOf((int)Modulo(slot, Slots)) - _mean);
        if (_week is not { IsUsed: true } week || !week.TryForecast(slot, out double least, out double most))
        {
            return (ofDay, ofDay);
        }

        (least, most) = (least - _mean, most - _mean);
        double mixedLeast = ofDay + (week.Weight * (least - ofDay)), mixedMost = ofDay + (week.Weight * (most - ofDay));
        bool isUnsettled = week.IsYoung &&
            (least < mixedLeast - DifferenceOfNote || most > mixedMost + DifferenceOfNote);
        return isUnsettled
            ? (Math.Min(mixedLeast, least), Math.Max(mixedMost, most))
            : (mixedLeast, mixedMost);
    }

    /// <summary>Hands on the day that has ended.</summary>
    void EndDay()
    {
        long day = DayOf(_slot);
        bool hasMore = Weight > 0 || Math.Min(_errorOfProfile, _errorOfMean) >= ErrorOfNote;
        if (_week is null && hasMore && _learnedSlots >= Slots)
        {
            // What came before is as known as it will be.
            _week = new WeekProfile();
            Hand(day - 2, ulong.MaxValue);
            Hand(day - 1, ulong.MaxValue);
        }

        Hand(day, _known);
        _known = 0;
        _askedSlot = long.MinValue;
    }

    void Hand(long day, ulong known)
    {
        if (_week is null || _means is null)
        {
            return;
        }

        Span<Half> means = stackalloc Half[Slots];
        int column = (int)Modulo(day, Days);
        for (int slot = 0; slot < Slots; slot++)
        {
            means[slot] = _means[(slot * Days) + column];
        }

        _week.Take(day, known, means);
    }

    void Commit()
    {
        float mean = (float)(_sum / _seconds);
        int slot = (int)Modulo(_slot, Slots);
        int day = (int)Modulo(DayOf(_slot), Days);
        _week?.Judge(_slot, mean, _mean + (Weight * (TypicalOf(slot) - _mean)));
        if (_learnedSlots >= Slots)
        {
            // Errors are squared and forget with a half-life of two days (96 half hours).
            double kept = double.Exp2(-1.0 / (2 * Slots));
            double ofProfile = mean - TypicalOf(slot), ofMean = mean - _mean;
            _errorOfProfile = (_errorOfProfile * kept) + (ofProfile * ofProfile);
            _errorOfMean = (_errorOfMean * kept) + (ofMean * ofMean);
        }

        Keep((slot * Days) + day, mean);
        _known |= 1UL << slot;
        _learnedSlots++;
        Measure();
    }

    void Keep(int at, float mean)
    {
        // 0 marks an unknown mean, so a true 0 is kept as the least positive number.
        var kept = (Half)Math.Clamp(mean, -MeanMax, MeanMax);
        _means ??= new Half[Slots * Days];
        _means[at] = kept == Half.Zero ? Half.Epsilon : kept;
    }

    void Measure()
    {
        double all = 0;
        int present = 0;
        foreach (var mean in _means ?? [])
        {
            all += (double)mean;
            present += mean == Half.Zero ? 0 : 1;
        }

        _askedSlot = long.MinValue;
        _all = all / Math.Max(1, present);
        double sum = 0;
        int known = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            float typical = Typical(slot);
            sum += typical;
            known += typical == 0 ? 0 : 1;
        }

        _mean = known == 0 ? 0 : sum / known;
        double skill = _errorOfMean > 0 ? 1 - (_errorOfProfile / _errorOfMean) : 0;
        Weight = !IsKnown ? 0 : Math.Clamp((skill - 0.3) / 0.4, 0, 1);
    }

    /// <summary>What is typical of a half hour; the mean of all where nothing is known of it.</summary>
    double TypicalOf(int slot) => Typical(slot) is var typical && typical == 0 ? _mean : typical;

    /// <summary>Median of three; of two the one nearer to the mean of all; 0 is unknown.</summary>
    float Typical(int slot)
    {
        if (_means is null)
        {
            return 0;
        }

        int first = slot * Days;
        float a = (float)_means[first], b = (float)_means[first + 1], c = (float)_means[first + 2];
        if (a != 0 && b != 0 && c != 0)
        {
            return Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
        }

        float typical = 0;
        foreach (float mean in (ReadOnlySpan<float>)[a, b, c])
        {
            if (mean != 0 && (typical == 0 || Math.Abs(mean - _all) < Math.Abs(typical - _all)))
            {
                typical = mean;
            }
        }

        return typical;
    }

    static long SlotOf(long timestampMs) => FloorOf(timestampMs, SlotMs);

    static long DayOf(long slot) => FloorOf(slot, Slots);

    static long FloorOf(long value, long divisor) =>
        Math.DivRem(value, divisor, out long rest) - (rest < 0 ? 1 : 0);

    static long Modulo(long value, long modulus)
    {
        long rest = value % modulus;
        return rest < 0 ? rest + modulus : rest;
    }
}
