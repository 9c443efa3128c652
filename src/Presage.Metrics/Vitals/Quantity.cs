using System.Globalization;

namespace Presage.Metrics.Vitals;

/// <summary>
/// Numbers with their units in sentences, written as the dashboard writes them beside these: three significant digits,
/// percentages with one decimal, ranges with two digits (three from 100 on) and the unit once; plain numbers and rates
/// whole up to 9,999 ("4,326–6,885/s"), then in k, M, G, T; bytes in KiB … PiB, network in bit/s, times in µs … d.
/// The unit always, after a no-break space; true minus, en dash. The one difference: in sentences zeros at the end of a
/// fraction are left out, in lists they keep digits in place. web/src/lib/format.ts is the twin; the values of
/// web/src/lib/quantities.json hold both.
/// </summary>
public static class Quantity
{
    const char NoBreakSpace = '\u00A0';

    /// <summary>Beyond so many decimals a number is none that people read.</summary>
    const int DecimalsMax = 6;

    /// <summary>Digits of a value, and of the ends of a range below and from 100 on.</summary>
    const int ValueDigits = 3;
    const int RangeDigits = 2;

    /// <summary>Plain numbers and rates are written whole below this.</summary>
    const double PlainBelow = 9_999.5;

    /// <summary>999.5 of one scale would be written "1000": it belongs to the next.</summary>
    const double NextFrom = 0.9995;

    /// <summary>From here on in the largest scale a number is written with its power of ten.</summary>
    const double ScientificFrom = 1e15;

    static readonly Scale[] Plain = Decimal("");
    static readonly Scale[] Rates = Decimal("/s");
    static readonly Scale[] Bytes = Binary("");
    static readonly Scale[] ByteRates = Binary("/s")[..^1];

    static readonly Scale[] BitRates =
        [new(0.125, "bit/s"), new(125, "kbit/s"), new(125e3, "Mbit/s"), new(125e6, "Gbit/s"), new(125e9, "Tbit/s")];

    static readonly Scale[] Seconds =
        [new(1e-6, "µs"), new(1e-3, "ms"), new(1, "s"), new(60, "min"), new(3_600, "h"), new(86_400, "d")];

    /// <summary>People say 90 s, 90 min and 60 h: where each scale of time ends.</summary>
    static readonly double[] SecondsBelow = [0.9995e-3, 0.9995, 600, 36_000, 259_200];
    static readonly Scale[] Ratio = [new(0.01, "%")];
    static readonly Scale[] Celsius = [new(1, "°C")];

    /// <summary>A value with its unit: "24.6 ms".</summary>
    public static string Format(double value, string unit, string family) =>
        double.IsFinite(value)
            ? WithUnit(ValueOf(value, ScaleOf(value, unit, family), unit).Text, ScaleOf(value, unit, family), unit)
            : "–";

    /// <summary>A range with the unit once, chosen by its larger end: "1.2–3.4 ms".</summary>
    public static string FormatRange(double lower, double upper, string unit, string family)
    {
        var scale = ScaleOf(Math.Max(Math.Abs(lower), Math.Abs(upper)), unit, family);
        var (low, high) = EndsOf(lower, upper, scale, RangeDigits);
        return Range(low.Text, high.Text, scale, unit);
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
        var scale = ScaleOf(Math.Max(Math.Abs(lower), Math.Abs(upper)), unit, family);
        double outside = Math.Max(value - upper, lower - value);
        if (!(outside > 0) || !double.IsFinite(value) || scale != ScaleOf(value, unit, family))
        {
            return (seen, usual);
        }

        double written = ValueOf(value, scale, unit).Number;
        for (int digits = RangeDigits; digits <= ValueDigits; digits++)
        {
            var (low, high) = EndsOf(lower, upper, scale, digits);
            if (value > upper ? written > high.Number : written < low.Number)
            {
                return (seen, Range(low.Text, high.Text, scale, unit));
            }
        }

        double apart = Math.Min(upper - lower > 0 ? upper - lower : outside, outside);
        int decimals = (int)Math.Ceiling(Math.Log10(scale.Factor / apart)) + 1;
        return decimals is < 1 or > DecimalsMax
            ? (seen, usual)
            : (WithUnit(Exact(value), scale, unit), Range(Exact(lower), Exact(upper), scale, unit));

        string Exact(double full) => Written(full / scale.Factor, decimals);
    }

    static string Range(string low, string high, Scale scale, string unit) =>
        WithUnit(low == high ? low : $"{low}–{high}", scale, unit);

    static string WithUnit(string number, Scale scale, string unit)
    {
        string suffix = scale.Unit.Length == 0 || scale.Unit[0] == '/' ? scale.Unit : $"{NoBreakSpace}{scale.Unit}";
        string tasks = unit != "tasks" ? "" : number == "1" ? $"{NoBreakSpace}task" : $"{NoBreakSpace}tasks";
        return number + suffix + tasks;
    }

    static (string Text, double Number) ValueOf(double full, Scale scale, string unit)
    {
        double value = full / scale.Factor, size = Math.Abs(value);
        bool isWhole = scale.Factor == 1 && Math.Floor(full) == full && size < ScientificFrom;
        int decimals = unit != "ratio" ? isWhole ? 0 : DecimalsFor(size, ValueDigits)
            : size >= 99.95 ? 0
            : size >= 0.1 ? 1
            : DecimalsFor(size, 1);
        return Rounded(value, decimals);
    }

    static ((string Text, double Number) Low, (string Text, double Number) High) EndsOf(
        double lower, double upper, Scale scale, int digits)
    {
        // What is tiny beside the other end is none: "0–4.2 %".
        double none = Math.Min(0.005, Math.Max(Math.Abs(lower), Math.Abs(upper)) / scale.Factor / 20);
        return (End(lower / scale.Factor), End(upper / scale.Factor));

        (string Text, double Number) End(double value)
        {
            double size = Math.Abs(value);
            return Rounded(size < none ? 0 : value, DecimalsFor(size, size >= 100 ? ValueDigits : digits));
        }
    }

    /// <summary>Decimals that make so many significant digits: 999.96 with three of them is a thousand.</summary>
    static int DecimalsFor(double size, int digits)
    {
        if (size == 0 || !double.IsFinite(size))
        {
            return 0;
        }

        string form = size.ToString($"E{digits - 1}", CultureInfo.InvariantCulture);
        var exponent = form.AsSpan(form.IndexOf('E') + 1);
        int magnitude = int.Parse(exponent, NumberStyles.Integer, CultureInfo.InvariantCulture);
        return Math.Clamp(digits - 1 - magnitude, 0, 8);
    }

    static (string Text, double Number) Rounded(double full, int decimals)
    {
        double value = WithoutTie(full, decimals);
        string text = value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
        double number = double.Parse(text, CultureInfo.InvariantCulture);
        string written = Written(value, decimals);
        return (written.Contains('.') && !written.Contains('e') ? written.TrimEnd('0').TrimEnd('.') : written, number);
    }

    /// <summary>
    /// Browsers round what lies exactly between two numbers away from zero, .NET to the even one: 4.25 is 4.3 to both.
    /// </summary>
    static double WithoutTie(double value, int decimals)
    {
        const string Half = "5000000000000000000000000";
        bool isTie = Math.Abs(value) < ScientificFrom && value
            .ToString($"F{decimals + Half.Length}", CultureInfo.InvariantCulture)
            .EndsWith(Half, StringComparison.Ordinal);
        return !isTie ? value : value > 0 ? Math.BitIncrement(value) : Math.BitDecrement(value);
    }

    /// <summary>With so many decimals, thousands grouped.</summary>
    static string Written(double value, int decimals)
    {
        string text = Math.Abs(value) >= ScientificFrom
            ? value.ToString("0.00e0", CultureInfo.InvariantCulture)
            : value.ToString($"N{decimals}", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAnyInRange('1', '9') ? text.Replace('-', '−') : text.TrimStart('-');
    }

    static Scale[] Decimal(string per) =>
        [new(1, per), new(1e3, $"k{per}"), new(1e6, $"M{per}"), new(1e9, $"G{per}"), new(1e12, $"T{per}")];

    static Scale[] Binary(string per) =>
    [
        new(1, $"B{per}"), new(1L << 10, $"KiB{per}"), new(1L << 20, $"MiB{per}"), new(1L << 30, $"GiB{per}"),
        new(1L << 40, $"TiB{per}"), new(1L << 50, $"PiB{per}"),
    ];

    static Scale ScaleOf(double value, string unit, string family)
    {
        double size = Math.Abs(value);
        if (unit == "seconds")
        {
            int at = size == 0 ? 1 : Array.FindIndex(SecondsBelow, end => size < end);
            return Seconds[at < 0 ? ^1 : at];
        }

        var scales = unit switch
        {
            "ratio" => Ratio,
            "bytes" => Bytes,
            "bytes/s" => family == "network" ? BitRates : ByteRates,
            "celsius" => Celsius,
            "1/s" => Rates,
            _ => Plain,
        };
        return (scales == Plain || scales == Rates) && size < PlainBelow
            ? scales[0]
            : scales.LastOrDefault(scale => size / scale.Factor >= NextFrom, scales[0]);
    }

    readonly record struct Scale(double Factor, string Unit);
}
