namespace Presage.Query.Functions;

/// <summary>
/// Parts of the UTC date of a time in seconds since 1970, for any year: times in milliseconds where seconds are meant
/// have a date, too.
/// </summary>
static class CalendarFunctions
{
    const long SecondsPerDay = 86_400;

    /// <summary>Days of 400 years, after which the calendar repeats.</summary>
    const long DaysPerEra = 146_097;

    /// <summary>Days from March 1st of year 0 to 1970.</summary>
    const long DaysToEpoch = 719_468;

    public static Func<double, double>? Find(string name)
    {
        Func<long, double>? part = name switch
        {
            "day_of_month" => static t => DateOf(t).Day,
            "day_of_week" => static t => Remainder(DayOf(t) + 4, 7),
            "day_of_year" => static t => DayOf(t) - FirstDayOf(DateOf(t).Year) + 1,
            "days_in_month" => static t => DaysIn(DateOf(t)),
            "hour" => static t => Remainder(t, SecondsPerDay) / 3600,
            "minute" => static t => Remainder(t, 3600) / 60,
            "month" => static t => DateOf(t).Month,
            "year" => static t => DateOf(t).Year,
            _ => null,
        };
        return part is null ? null : seconds => double.IsNaN(seconds) || Math.Abs(seconds) >= long.MaxValue
            ? double.NaN
            : part((long)seconds);
    }

    static long DayOf(long seconds) => (seconds - Remainder(seconds, SecondsPerDay)) / SecondsPerDay;

    /// <summary>
    /// Counts years from March, so that the leap day comes last, in eras of 400 years (Hinnant, "chrono-compatible
    /// low-level date algorithms").
    /// </summary>
    static (long Year, long Month, long Day) DateOf(long seconds)
    {
        long days = DayOf(seconds) + DaysToEpoch;
        long ofEra = Remainder(days, DaysPerEra), era = (days - ofEra) / DaysPerEra;
        long yearOfEra = (ofEra - (ofEra / 1460) + (ofEra / 36_524) - (ofEra / 146_096)) / 365;
        long ofYear = ofEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long fromMarch = ((5 * ofYear) + 2) / 153;
        long month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        return ((era * 400) + yearOfEra + (month <= 2 ? 1 : 0), month, ofYear - (((153 * fromMarch) + 2) / 5) + 1);
    }

    /// <summary>The day of January 1st, counted from 1970.</summary>
    static long FirstDayOf(long year)
    {
        // January belongs to the year that began in March before, of which it is day 306.
        long before = year - 1, ofEra = Remainder(before, 400), era = (before - ofEra) / 400;
        return (era * DaysPerEra) + (365 * ofEra) + (ofEra / 4) - (ofEra / 100) + 306 - DaysToEpoch;
    }

    static long DaysIn((long Year, long Month, long Day) date) => date.Month switch
    {
        2 => date.Year % 4 == 0 && (date.Year % 100 != 0 || date.Year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    static long Remainder(long value, long by) => ((value % by) + by) % by;
}
