using System.Globalization;
using System.Text;
using Presage.Query.Parsing;

namespace Presage.Query.Scripts.Rules;

/// <summary>The functions that templates of alerts use most.</summary>
static class TemplateFunctions
{
    static readonly string[] Large = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];
    static readonly string[] Small = ["", "m", "u", "n", "p", "f", "a", "z", "y"];
    static readonly string[] Binary = ["", "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

    /// <exception cref="FormatException">There is no such function here, or its arguments do not fit.</exception>
    public static object Call(string name, List<object> arguments) => name switch
    {
        "printf" => Printf(arguments),
        "humanize" => Humanize(NumberOf(name, arguments)),
        "humanize1024" => Humanize1024(NumberOf(name, arguments)),
        "humanizePercentage" => $"{General(NumberOf(name, arguments) * 100)}%",
        "humanizeDuration" => HumanizeDuration(NumberOf(name, arguments)),
        "toUpper" => TextOf(name, arguments).ToUpperInvariant(),
        "toLower" => TextOf(name, arguments).ToLowerInvariant(),
        "title" => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(TextOf(name, arguments)),
        _ => throw new FormatException($"the template uses \"{name}\", which rule tests here do not know"),
    };

    static double NumberOf(string name, List<object> arguments) => arguments switch
    {
        [double number] => number,
        [string text] when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) =>
            number,
        _ => throw new FormatException($"{name} takes one number"),
    };

    static string TextOf(string name, List<object> arguments) => arguments is [string text]
        ? text
        : throw new FormatException($"{name} takes one text");

    static string Printf(List<object> arguments)
    {
        if (arguments is not [string format, ..])
        {
            throw new FormatException("printf takes a format first");
        }

        var text = new StringBuilder();
        int next = 1;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            if (format[++i] == '%')
            {
                text.Append('%');
                continue;
            }

            int start = i;
            while (i < format.Length && (char.IsAsciiDigit(format[i]) || format[i] == '.'))
            {
                i++;
            }

            object argument = next < arguments.Count ? arguments[next++]
                : throw new FormatException($"printf \"{format}\" lacks an argument");
            text.Append(Formatted(format[start..i], i < format.Length ? format[i] : ' ', argument));
        }

        return text.ToString();
    }

    static string Formatted(string width, char verb, object argument)
    {
        string[] parts = width.Split('.');
        int precision = parts.Length > 1 && parts[1].Length > 0
            ? int.Parse(parts[1], CultureInfo.InvariantCulture)
            : verb == 'f' ? 6 : -1;
        string text = (verb, argument) switch
        {
            ('f', double n) => n.ToString($"F{precision}", CultureInfo.InvariantCulture),
            ('g' or 'v', double n) when precision < 0 => Numbers.FormatShort(n),
            ('g', double n) => n.ToString($"G{Math.Max(1, precision)}", CultureInfo.InvariantCulture),
            ('d', double n) => ((long)n).ToString(CultureInfo.InvariantCulture),
            ('s' or 'v', string s) => s,
            ('s', double n) => Numbers.FormatShort(n),
            ('q', string s) => QuotedText.Quote(s),
            _ => throw new FormatException($"printf: \"%{verb}\" does not fit its argument"),
        };
        return parts[0].Length > 0 ? text.PadLeft(int.Parse(parts[0], CultureInfo.InvariantCulture)) : text;
    }

    static string General(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    static string Humanize(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return General(value);
        }

        bool large = Math.Abs(value) >= 1;
        int at = 0;
        while (at < Large.Length - 1 && (large ? Math.Abs(value) >= 1000 : Math.Abs(value) < 1))
        {
            value = large ? value / 1000 : value * 1000;
            at++;
        }

        return General(value) + (large ? Large : Small)[at];
    }

    static string Humanize1024(double value)
    {
        int at = 0;
        while (at < Binary.Length - 1 && Math.Abs(value) >= 1024)
        {
            value /= 1024;
            at++;
        }

        return General(value) + Binary[at];
    }

    static string HumanizeDuration(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return General(seconds);
        }

        if (Math.Abs(seconds) < 1)
        {
            return seconds == 0 ? "0s" : Humanize(seconds) + "s";
        }

        string sign = seconds < 0 ? "-" : "";
        double whole = Math.Abs(seconds);
        var span = TimeSpan.FromSeconds(Math.Truncate(whole));
        return span.Days > 0 ? $"{sign}{span.Days}d {span.Hours}h {span.Minutes}m {span.Seconds}s"
            : span.Hours > 0 ? $"{sign}{span.Hours}h {span.Minutes}m {span.Seconds}s"
            : span.Minutes > 0 ? $"{sign}{span.Minutes}m {span.Seconds}s"
            : $"{sign}{General(whole)}s";
    }
}
