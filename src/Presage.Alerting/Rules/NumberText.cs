namespace Presage.Alerting.Rules;

/// <summary>
/// Numbers as people read them (DESIGN-NOTES, section 3): three significant digits, the unit always, after a no-break
/// space; true minus; durations in two parts at most.
/// </summary>
public static class NumberText
{
    const char NoBreakSpace = '\u00A0';

    static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    static readonly string[] Decimal = ["", "k", "M", "G", "T"];

    /// <summary>
    /// A value with its unit: ratio, bytes, bytes/s, seconds, celsius, 1/s, 1/week, tasks, count or none.
    /// </summary>
    public static string Format(double value, string unit)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "no value" : value > 0 ? "+∞" : "−∞";
        }

        string text = unit switch
        {
            "ratio" => $"{Three(value * 100)}{NoBreakSpace}%",
            "bytes" => Scaled(value, 1024, Binary, ""),
            "bytes/s" => Scaled(value, 1024, Binary, "/s"),
            "seconds" => Seconds(value),
            "celsius" => $"{Three(value)}{NoBreakSpace}°C",
            "1/s" => Scaled(value, 1000, Decimal, "/s"),
            "1/week" => $"{Three(value)}{NoBreakSpace}a{NoBreakSpace}week",
            "count" => Scaled(Math.Round(value), 1000, Decimal, ""),
            "tasks" => $"{Three(value)}{NoBreakSpace}tasks",
            _ => Scaled(value, 1000, Decimal, ""),
        };
        return text.Replace('-', '−');
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
        < 1e-3 => $"{Three(value * 1e6)}{NoBreakSpace}µs",
        < 1 => $"{Three(value * 1e3)}{NoBreakSpace}ms",
        < 60 => $"{Three(value)}{NoBreakSpace}s",
        < 1e12 => (value < 0 ? "−" : "") + Duration(TimeSpan.FromSeconds(Math.Abs(value))),
        _ => $"{Three(value)}{NoBreakSpace}s",
    };

    static string Scaled(double value, double factor, string[] units, string suffix)
    {
        int step = 0;
        while (Math.Abs(value) >= factor && step < units.Length - 1)
        {
            value /= factor;
            step++;
        }

        string unit = units[step] + suffix;
        return unit.Length == 0 ? Three(value) : $"{Three(value)}{NoBreakSpace}{unit}";
    }

    /// <summary>Three significant digits, without trailing zeros; whole numbers keep all their digits.</summary>
    static string Three(double value)
    {
        double size = Math.Abs(value);
        string format = size switch
        {
            >= 100 or 0 => "0",
            >= 10 => "0.#",
            >= 1 => "0.##",
            >= 0.001 => "0.####",
            _ => "0.##e0",
        };
        return value.ToString(format);
    }
}
