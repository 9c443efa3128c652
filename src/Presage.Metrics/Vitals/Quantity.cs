namespace Presage.Watching;

/// <summary>
/// Values of vital signs as people read them: three significant digits, the unit always, after a no-break space, true
/// minus, en dash for ranges with the unit once. Bytes in KiB … TiB, network in bit/s, latency in µs, ms, s, counts in
/// k, M.
/// </summary>
static class Quantity
{
    const char NoBreakSpace = '\u00A0';

    /// <summary>Beyond so many decimals a number is none that people read.</summary>
    const int DecimalsMax = 6;

    static readonly Scale[] Bytes =
        [new(1, "B"), new(1L << 10, "KiB"), new(1L << 20, "MiB"), new(1L << 30, "GiB"), new(1L << 40, "TiB")];

    static readonly Scale[] ByteRates =
        [new(1, "B/s"), new(1L << 10, "KiB/s"), new(1L << 20, "MiB/s"), new(1L << 30, "GiB/s"), new(1L << 40, "TiB/s")];

    static readonly Scale[] BitRates =
        [new(0.125, "bit/s"), new(125, "kbit/s"), new(125e3, "Mbit/s"), new(125e6, "Gbit/s"), new(125e9, "Tbit/s")];

    static readonly Scale[] Seconds = [new(1e-6, "µs"), new(1e-3, "ms"), new(1, "s")];
    static readonly Scale[] Rates = [new(1, "/s"), new(1e3, "k/s"), new(1e6, "M/s"), new(1e9, "G/s")];
    static readonly Scale[] Counts = [new(1, ""), new(1e3, "k"), new(1e6, "M"), new(1e9, "G")];
    static readonly Scale[] Ratio = [new(0.01, "%")];
    static readonly Scale[] Celsius = [new(1, "°C")];
    static readonly Scale[] Tasks = [new(1, "tasks")];

    /// <summary>A value with its unit: "24.6 ms".</summary>
    public static string Format(double value, string unit, string family)
    {
        var scale = ScaleOf(value, unit, family);
        string digits = Digits(value, scale, unit);
        return digits == "1" && unit == "tasks" ? $"1{NoBreakSpace}task" : $"{digits}{Suffix(scale)}";
    }

    /// <summary>A range with the unit once, chosen by its upper end: "1.2–3.4 ms".</summary>
    public static string FormatRange(double lower, double upper, string unit, string family)
    {
        var scale = ScaleOf(Math.Max(Math.Abs(lower), Math.Abs(upper)), unit, family);
        string low = Digits(lower, scale, unit), high = Digits(upper, scale, unit);
        return low == high ? $"{low}{Suffix(scale)}" : $"{low}–{high}{Suffix(scale)}";
    }

    /// <summary>
    /// A value beside its range, both of one unit and with as many digits as tell them apart: "1.203 G" and
    /// "1.194–1.199 G".
    /// </summary>
    public static (string Value, string Range) FormatBeside(
        double value,
        double lower,
        double upper,
        string unit,
        string family)
    {
        string seen = Format(value, unit, family), usual = FormatRange(lower, upper, unit, family);
        double apart = Math.Min(upper - lower, value > upper ? value - upper : lower - value);
        var scale = ScaleOf(Math.Max(Math.Abs(lower), Math.Abs(upper)), unit, family);
        if (!(apart > 0) || scale != ScaleOf(value, unit, family))
        {
            return (seen, usual);
        }

        // Three digits, which are enough for most, tell apart what is half a percent away.
        double most = Math.Max(Math.Abs(value), Math.Max(Math.Abs(lower), Math.Abs(upper)));
        int decimals = (int)Math.Ceiling(Math.Log10(scale.Factor / apart)) + 1;
        return apart >= 0.005 * most || decimals is < 1 or > DecimalsMax
            ? (seen, usual)
            : ($"{Plain(value)}{Suffix(scale)}", $"{Plain(lower)}–{Plain(upper)}{Suffix(scale)}");

        string Plain(double full) => (full / scale.Factor).ToString($"F{decimals}").Replace('-', '−');
    }

    /// <summary>
    /// Three significant digits without trailing zeros; counts and tiny rests of a larger scale keep whole numbers.
    /// </summary>
    static string Digits(double full, Scale scale, string unit)
    {
        double value = full / scale.Factor, size = Math.Abs(value);
        string text = unit == "count" && scale.Factor == 1 ? value.ToString("0")
            : size >= 99.95 ? value.ToString("0")
            : size >= 9.995 ? value.ToString("0.#")
            : size >= 0.0995 || size == 0 ? value.ToString("0.##")
            : size >= 0.00995 ? value.ToString("0.###")
            : size >= 0.0005 ? value.ToString("0.####")
            : "0";
        return text is "-0" ? "0" : text.Replace('-', '−');
    }

    static string Suffix(Scale scale) =>
        scale.Unit.Length == 0 ? "" : scale.Unit[0] == '/' ? scale.Unit : $"{NoBreakSpace}{scale.Unit}";

    static Scale ScaleOf(double value, string unit, string family)
    {
        var scales = unit switch
        {
            "ratio" => Ratio,
            "bytes" => Bytes,
            "bytes/s" => family == "network" ? BitRates : ByteRates,
            "seconds" => Seconds,
            "celsius" => Celsius,
            "1/s" => Rates,
            "tasks" => Tasks,
            _ => Counts,
        };
        double size = Math.Abs(value);
        int step = 0;

        // 999.5 of one unit would be written "1000": it belongs to the next.
        while (step + 1 < scales.Length && size >= 0.9995 * scales[step + 1].Factor)
        {
            step++;
        }

        return scales[step];
    }

    readonly record struct Scale(double Factor, string Unit);
}
