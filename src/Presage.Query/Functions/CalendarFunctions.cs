namespace Presage.Query.Functions;

/// <summary>Parts of the UTC date of a time in seconds since 1970.</summary>
static class CalendarFunctions
{
    /// <summary>Seconds from 1970 to the years 1 and 10000, between which dates exist.</summary>
    const double SecondsMin = -62_135_596_800, SecondsMax = 253_402_300_799;

    public static Func<double, double>? Find(string name)
    {
        Func<DateTimeOffset, int>? part = name switch
        {
            "day_of_month" => static t => t.Day,
            "day_of_week" => static t => (int)t.DayOfWeek,
            "day_of_year" => static t => t.DayOfYear,
            "days_in_month" => static t => DateTime.DaysInMonth(t.Year, t.Month),
            "hour" => static t => t.Hour,
            "minute" => static t => t.Minute,
            "month" => static t => t.Month,
            "year" => static t => t.Year,
            _ => null,
        };
        return part is null ? null : seconds => seconds is >= SecondsMin and <= SecondsMax
            ? part(DateTimeOffset.FromUnixTimeSeconds((long)seconds))
            : double.NaN;
    }
}
