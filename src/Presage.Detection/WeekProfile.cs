using System.Runtime.CompilerServices;

namespace Presage.Detection;

/// <summary>
/// The rhythm of the week: means of 48 half hours (UTC) of each of the last fourteen days. Which days are alike is
/// learned, not told: a day is expected to be of the kind that the same day of the last two weeks was of, and what is
/// typical of a kind is the median of the newest three days that were like it. So a weekend is forecast by weekends, a
/// Monday by the days before the weekend, and one holiday is outvoted. Where a day was of another kind last week than
/// the week before, either counts. Days are compared by quarters, so a backup on Sunday night does not make Sunday noon
/// unlike all others.
///
/// It is used only as far as it forecasts better than the days before (<see cref="Weight"/>). In its first week of use
/// both count, because none has shown yet which of them holds.
/// </summary>
sealed class WeekProfile
{
    /// <summary>Half hours of a day.</summary>
    public const int Slots = 48;

    const int DaysPerWeek = 7;
    const int Days = 2 * DaysPerWeek;

    /// <summary>Half hours of a quarter of a day.</summary>
    const int QuarterSlots = 12;

    /// <summary>Two quarters are compared by what is known of both; less than this says nothing.</summary>
    const int SharedSlotsMin = 6;

    /// <summary>
    /// Days are alike up to twice the distance that is usual between a day and the one most like it (squared), and
    /// always up to a quarter of a floor.
    /// </summary>
    const double DistanceFactor = 4;
    const double DistanceMin = 1.0 / 16;

    /// <summary>Errors forget with a half-life of a week of half hours.</summary>
    static readonly double s_kept = double.Exp2(-1.0 / (DaysPerWeek * Slots));

    /// <summary>Day by day (its number modulo fourteen) the means of its half hours. 0 is unknown.</summary>
    readonly Half[] _means = new Half[Days * Slots];

    /// <summary>Of which quarter <see cref="_like"/> tells; -1: none.</summary>
    int _quarter = -1;

    /// <summary>For each row a bit for each row whose day was like it in that quarter.</summary>
    LikeDays _like;

    /// <summary>How many days have been learned, at most.</summary>
    int _days;
    double _lostByWeek;
    double _lostByDay;

    /// <summary>How far the week is trusted more than the days before, 0-1.</summary>
    public double Weight { get; private set; }

    /// <summary>Whether it is too new to choose between it and the days before: both count.</summary>
    public bool IsYoung => _days is >= DaysPerWeek and < Days;

    /// <summary>Whether it has a say.</summary>
    public bool IsUsed => Weight > 0 || IsYoung;

    /// <summary>Whether it has once been the better forecast by far.</summary>
    public bool IsProven { get; private set; }

    /// <summary>
    /// What to expect of a half hour (its number since 1970): the least and the most; false: unknown.
    /// </summary>
    public bool TryForecast(long number, out double least, out double most)
    {
        long day = DayOf(number);
        int slot = (int)(number - (day * Slots));
        Compare(slot / QuarterSlots);
        double lastWeek = Typical(day, DaysPerWeek, slot), before = Typical(day, Days, slot);
        least = lastWeek == 0 || before == 0 ? lastWeek + before : Math.Min(lastWeek, before);
        most = lastWeek == 0 || before == 0 ? lastWeek + before : Math.Max(lastWeek, before);
        return lastWeek != 0 || before != 0;
    }

    /// <summary>Compares the forecasts of a half hour with what came.</summary>
    /// <param name="ofDay">What the days before let expect.</param>
    public void Judge(long number, double mean, double ofDay)
    {
        if (!TryForecast(number, out double least, out double most))
        {
            return;
        }

        // What neither foresaw says nothing about which of them is the better one.
        double ofWeek = (least + most) / 2;
        double more = ((mean - ofDay) * (mean - ofDay)) - ((mean - ofWeek) * (mean - ofWeek));
        _lostByDay = (_lostByDay * s_kept) + Math.Max(0, more);
        _lostByWeek = (_lostByWeek * s_kept) + Math.Max(0, -more);
    }

    /// <summary>Takes a day that has ended.</summary>
    /// <param name="day">Its number since 1970.</param>
    /// <param name="known">A bit for each half hour that was seen.</param>
    /// <param name="meanOf">The mean of a half hour.</param>
    public void Take(long day, ulong known, ReadOnlySpan<Half> means)
    {
        var row = _means.AsSpan(RowOf(day) * Slots, Slots);
        int count = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            bool isKnown = (known >> slot & 1) == 1 && means[slot] != Half.Zero;
            row[slot] = isKnown ? means[slot] : row[slot];
            count += isKnown ? 1 : 0;
        }

        _quarter = -1;
        _days += count >= Slots / 2 && _days < Days ? 1 : 0;
        Measure();
    }

    public void Save(in StateWriter writer)
    {
        writer.Byte((byte)_days);
        writer.Byte((byte)(IsProven ? 1 : 0));
        writer.Double(_lostByWeek);
        writer.Double(_lostByDay);
        writer.Double(Weight);
        writer.Sparse(_means);
    }

    public bool Restore(ref StateReader reader)
    {
        _days = reader.Byte();
        byte isProven = reader.Byte();
        IsProven = isProven == 1;
        _lostByWeek = reader.Double();
        _lostByDay = reader.Double();
        Weight = reader.Double();
        _quarter = -1;
        return reader.Sparse(_means) && _days <= Days && isProven < 2 && _lostByWeek is >= 0 and < 1e30 &&
            _lostByDay is >= 0 and < 1e30 && Weight is >= 0 and <= 1;
    }

    void Measure()
    {
        // One (a floor for one half hour) on both sides: little evidence is none.
        double skill = 1 - ((1 + _lostByWeek) / (1 + _lostByDay));
        Weight = _days < DaysPerWeek ? 0 : Math.Clamp((skill - 0.3) / 0.4, 0, 1);
        IsProven |= Weight >= 0.5;
    }

    /// <summary>
    /// What is typical of a half hour on days like the one so many days before: the median of the newest three, the
    /// middle of two; 0: unknown.
    /// </summary>
    double Typical(long day, int ago, int slot)
    {
        int like = RowOf(day - ago);
        if (_means[(like * Slots) + slot] == Half.Zero)
        {
            return 0;
        }

        Span<double> found = stackalloc double[3];
        int count = 0;
        for (int age = 1; age <= Days && count < found.Length; age++)
        {
            int row = RowOf(day - age);
            var mean = _means[(row * Slots) + slot];
            if (mean != Half.Zero && (row == like || (_like[like] >> row & 1) == 1))
            {
                found[count++] = (double)mean;
            }
        }

        var (a, b, c) = (found[0], found[1], found[2]);
        return count switch
        {
            1 => a,
            2 => a == -b ? a : (a + b) / 2,
            _ => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c)),
        };
    }

    /// <summary>Finds which days were alike in a quarter.</summary>
    void Compare(int quarter)
    {
        if (quarter == _quarter)
        {
            return;
        }

        Span<double> distances = stackalloc double[Days * Days];
        Span<double> nearest = stackalloc double[Days];
        nearest.Fill(double.MaxValue);
        for (int i = 0; i < Days; i++)
        {
            for (int j = i + 1; j < Days; j++)
            {
                double distance = Distance(i, j, quarter);
                distances[(i * Days) + j] = distances[(j * Days) + i] = distance;
                nearest[i] = Math.Min(nearest[i], distance);
                nearest[j] = Math.Min(nearest[j], distance);
            }
        }

        nearest.Sort();
        int known = nearest.IndexOf(double.MaxValue) is >= 0 and int unknown ? unknown : Days;
        double alike = known == 0 ? 0 : Math.Max(DistanceMin, DistanceFactor * nearest[known / 2]);
        for (int i = 0; i < Days; i++)
        {
            int like = 0;
            for (int j = 0; j < Days; j++)
            {
                like |= distances[(i * Days) + j] <= alike ? 1 << j : 0;
            }

            _like[i] = (ushort)like;
        }

        _quarter = quarter;
    }

    /// <summary>
    /// Mean squared difference of two days within a quarter; the largest number where too little is known.
    /// </summary>
    double Distance(int one, int other, int quarter)
    {
        var a = _means.AsSpan((one * Slots) + (quarter * QuarterSlots), QuarterSlots);
        var b = _means.AsSpan((other * Slots) + (quarter * QuarterSlots), QuarterSlots);
        double sum = 0;
        int shared = 0;
        for (int i = 0; i < QuarterSlots; i++)
        {
            if (a[i] != Half.Zero && b[i] != Half.Zero)
            {
                double difference = (double)a[i] - (double)b[i];
                sum += difference * difference;
                shared++;
            }
        }

        return shared < SharedSlotsMin ? double.MaxValue : sum / shared;
    }

    static long DayOf(long number) => Math.DivRem(number, Slots, out long rest) - (rest < 0 ? 1 : 0);

    static int RowOf(long day) => (int)(((day % Days) + Days) % Days);

    [InlineArray(Days)]
    struct LikeDays
    {
        ushort _first;
    }
}
