using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Detection;

/// <summary>
/// Which days of the week are alike: two kinds of days, at first Monday to Friday and the weekend, then those that the
/// means of the days divide clearly. A holiday is no other kind of week: a day's mean is followed by less than half of
/// the way. Hours are counted from 1970 (UTC), positions lie on the scale of <see cref="SeriesRhythm"/>. 11 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
struct WeekKinds
{
    public const int Days = 7;

    const int DayHours = HourRanges.Hours;

    /// <summary>Saturday and Sunday, Sunday being the first bit.</summary>
    const byte Weekend = 0b1000001;

    /// <summary>How far a weekday's mean follows the newest.</summary>
    const double Follow = 0.4;

    /// <summary>
    /// The days of two kinds lie apart by this much more than days of a kind do, and by this share of the whole range.
    /// </summary>
    const double ApartMin = 2;
    const double ApartShare = 0.03;

    /// <summary>Hours of a day that must be seen.</summary>
    const int HoursMin = 12;

    DayMeans _means;

    /// <summary>Today's hourly means, added up in eighths, and how many there are.</summary>
    ushort _sum;
    byte _hours;

    /// <summary>The weekdays of the second kind, Sunday being the first bit.</summary>
    byte _second;

    public WeekKinds() => _second = Weekend;

    /// <summary>The kind of the day an hour lies in: 0 or 1.</summary>
    public readonly int KindOf(long hour) => (_second >> WeekdayOf(hour)) & 1;

    /// <summary>How many weekdays are of a kind.</summary>
    public readonly int DaysOf(int kind) => kind == 1 ? byte.PopCount(_second) : Days - byte.PopCount(_second);

    /// <summary>Takes in the mean of an hour of today.</summary>
    public void See(double mean)
    {
        if (_hours < DayHours)
        {
            _sum += (ushort)Math.Round(8 * mean);
            _hours++;
        }
    }

    /// <summary>
    /// Ends the day that an hour lies in; the kinds that have lost a day with it: 1 the first, 2 the second.
    /// </summary>
    /// <param name="width">The whole range of the series.</param>
    public byte EndDay(long hour, double width)
    {
        if (_hours >= HoursMin)
        {
            int day = WeekdayOf(hour);
            double mean = _sum / (8.0 * _hours);
            double followed = _means[day] == 0 ? mean : _means[day] + (Follow * (mean - _means[day]));
            _means[day] = Position(followed);
        }

        (_sum, _hours) = (0, 0);
        byte before = _second;
        _second = Divided(width) ?? _second;
        return (byte)(((_second & ~before) != 0 ? 1 : 0) | ((before & ~_second) != 0 ? 2 : 0));
    }

    /// <summary>From the lowest to the highest day.</summary>
    public readonly HourRange Whole()
    {
        var whole = HourRange.None;
        for (int day = 0; day < Days; day++)
        {
            whole = _means[day] == 0 ? whole : whole.With(new HourRange(_means[day], _means[day]));
        }

        return whole;
    }

    /// <summary>Moves to another scale; see <see cref="HourRanges.Rescale"/>.</summary>
    public void Rescale(double factor, double offset)
    {
        for (int day = 0; day < Days; day++)
        {
            _means[day] = _means[day] == 0 ? (byte)0 : Position((_means[day] * factor) + offset);
        }

        _sum = (ushort)Math.Clamp((_sum * factor) + (8 * _hours * offset), 0, ushort.MaxValue);
    }

    /// <summary>0 to 23.</summary>
    public static int HourOfDay(long hour) => (int)(((hour % DayHours) + DayHours) % DayHours);

    /// <summary>The day since 1970 an hour lies in.</summary>
    public static long DayOf(long hour) => (hour - HourOfDay(hour)) / DayHours;

    /// <summary>0 is Sunday; the first day of 1970 was a Thursday.</summary>
    static int WeekdayOf(long hour) => (int)((((DayOf(hour) + 4) % Days) + Days) % Days);

    static byte Position(double position) => (byte)Math.Clamp(Math.Round(position), 1, HourRanges.Top);

    /// <summary>
    /// The weekdays of the second kind where the means divide clearly into two groups; null where they do not.
    /// </summary>
    readonly byte? Divided(double width)
    {
        Span<byte> means = stackalloc byte[Days];
        Span<int> days = [0, 1, 2, 3, 4, 5, 6];
        for (int day = 0; day < Days; day++)
        {
            means[day] = _means[day];
        }

        if (means.Contains((byte)0))
        {
            return null;
        }

        means.Sort(days);
        int cut = 1;
        for (int at = 2; at < Days; at++)
        {
            cut = Within(means, at) < Within(means, cut) ? at : cut;
        }

        double spread = Math.Sqrt(Within(means, cut) / Days);
        if (means[cut] - means[cut - 1] < (ApartMin * spread) + (ApartShare * width) + 2)
        {
            return null;
        }

        byte lower = 0;
        foreach (int day in days[..cut])
        {
            lower |= (byte)(1 << day);
        }

        // Which of the two is the second does not matter; what is known of them stays where it is.
        byte upper = (byte)(~lower & ((1 << Days) - 1));
        return byte.PopCount((byte)(lower ^ _second)) <= byte.PopCount((byte)(upper ^ _second)) ? lower : upper;
    }

    /// <summary>The squares of the distances from their group's mean, added up, when cut in two.</summary>
    static double Within(ReadOnlySpan<byte> means, int cut) => Squares(means[..cut]) + Squares(means[cut..]);

    static double Squares(ReadOnlySpan<byte> means)
    {
        double mean = Mean(means), sum = 0;
        foreach (byte one in means)
        {
            sum += (one - mean) * (one - mean);
        }

        return sum;
    }

    static double Mean(ReadOnlySpan<byte> means)
    {
        double sum = 0;
        foreach (byte one in means)
        {
            sum += one;
        }

        return sum / means.Length;
    }

    /// <summary>What each day of the week comes to; 0 is unknown.</summary>
    [InlineArray(Days)]
    struct DayMeans
    {
        byte _first;
    }
}
