using System.Globalization;
using System.Text;

namespace Presage.Query.Parsing;

/// <summary>Durations as PromQL writes them: <c>1h30m</c>, units from large to small, each at most once.</summary>
static class Durations
{
    static readonly (string Unit, long Ms)[] Units =
    [
        ("y", 365L * 24 * 3600 * 1000),
        ("w", 7L * 24 * 3600 * 1000),
        ("d", 24L * 3600 * 1000),
        ("h", 3600L * 1000),
        ("m", 60L * 1000),
        ("s", 1000),
        ("ms", 1),
    ];

    /// <summary>Reads a duration that fills the whole text; false when it is none or overflows.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long ms)
    {
        ms = 0;
        int unit = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(text[..digits], CultureInfo.InvariantCulture, out long count))
            {
                return false;
            }

            text = text[digits..];
            int letters = text.IndexOfAnyExceptInRange('a', 'z');
            string name = text[..(letters < 0 ? text.Length : letters)].ToString();
            int found = Array.FindIndex(Units, unit, u => u.Unit == name);
            if (found < 0 || count > (long.MaxValue - ms) / Units[found].Ms)
            {
                return false;
            }

            ms += count * Units[found].Ms;
            unit = found + 1;
            text = text[name.Length..];
        }

        return true;
    }

    /// <summary>Writes ms exactly, in the largest units that divide it the way Prometheus prints.</summary>
    public static string Format(long ms)
    {
        if (ms == 0)
        {
            return "0s";
        }

        var text = new StringBuilder();
        foreach (var (unit, size) in Units)
        {
            // Years, weeks and days only when nothing is left over: 25h stays readable as 1d1h otherwise would not.
            if (unit is "y" or "w" ? ms % size == 0 && ms >= size : ms >= size)
            {
                text.Append(ms / size).Append(unit);
                ms %= size;
            }
        }

        return text.ToString();
    }
}
