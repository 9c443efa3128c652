using Presage.Metrics.Vitals;

namespace Presage.Alerting.Rules;

/// <summary>
/// Numbers of alerts as people read them: those of <see cref="Quantity"/>, with spans of a minute and more in two parts
/// at most.
/// </summary>
public static class NumberText
{
    const char NoBreakSpace = '\u00A0';

    /// <summary>
    /// A value with its unit: ratio, bytes, bytes/s, seconds, celsius, 1/s, 1/week, tasks, count or none.
    /// </summary>
    public static string Format(double value, string unit)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "no value" : value > 0 ? "+∞" : "−∞";
        }

        return unit switch
        {
            "seconds" => Seconds(value),
            "1/week" => $"{Quantity.Format(value, "", "")}{NoBreakSpace}a{NoBreakSpace}week",

            // What is counted is whole, though increase() may come out beside it.
            "count" => Quantity.Format(Math.Round(value), "count", ""),
            _ => Quantity.Format(value, unit, ""),
        };
    }

    /// <summary>"38 min", "1 h 3 min", "4 d 18 h"; under a second "0 s".</summary>
    public static string Duration(TimeSpan duration)
    {
        long seconds = Math.Max(0, (long)duration.TotalSeconds);
        var (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
        return seconds switch
        {
            < 60 => $"{seconds}{NoBreakSpace}s",
            < 600 => Parts(minutes, "min", seconds % 60, "s"),
            < 3600 => $"{minutes}{NoBreakSpace}min",
            < 86400 => Parts(hours, "h", minutes, "min"),
            _ => Parts(days, "d", hours, "h"),
        };
    }

    static string Parts(long first, string firstUnit, long second, string secondUnit) =>
        second == 0
            ? $"{first}{NoBreakSpace}{firstUnit}"
            : $"{first}{NoBreakSpace}{firstUnit} {second}{NoBreakSpace}{secondUnit}";

    static string Seconds(double value) => Math.Abs(value) switch
    {
        0 => $"0{NoBreakSpace}s",
        < 60 or >= 1e12 => Quantity.Format(value, "seconds", ""),
        _ => (value < 0 ? "−" : "") + Duration(TimeSpan.FromSeconds(Math.Abs(value))),
    };
}
