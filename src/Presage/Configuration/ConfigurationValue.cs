using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Presage.Configuration;

/// <summary>Reads values as operators write them.</summary>
static class ConfigurationValue
{
    /// <summary>Reads <c>1h30m</c>: whole numbers with ms, s, m, h, d or w, largest unit first.</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var rest = text.AsSpan();
        if (rest.IsEmpty)
        {
            return false;
        }

        double lastUnit = double.MaxValue;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > 9)
            {
                return false;
            }

            int number = int.Parse(rest[..digits], CultureInfo.InvariantCulture);
            rest = rest[digits..];
            int letters = rest.IndexOfAnyInRange('0', '9');
            letters = letters < 0 ? rest.Length : letters;
            double unit = UnitMs(rest[..letters]);
            if (unit >= lastUnit || unit == 0 || (value.TotalMilliseconds + (number * unit)) > 1e14)
            {
                return false;
            }

            value += TimeSpan.FromMilliseconds(number * unit);
            lastUnit = unit;
            rest = rest[letters..];
        }

        return true;
    }

    public static bool TryBytes(string text, long min, long max, out long value)
    {
        value = 0;
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        long unit = text[digits..].Trim(
            ) switch { "" or "B" => 1, "KiB" => 1L << 10, "MiB" => 1L << 20, "GiB" => 1L << 30, _ => 0 };
        if (digits is 0 or > 9 || unit == 0)
        {
            return false;
        }

        value = long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture) * unit;
        return value >= min && value <= max;
    }

    public static bool TryInteger(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    public static bool TryBoolean(string text, out bool value)
    {
        value = text is "true" or "on" or "yes";
        return value || text is "false" or "off" or "no";
    }

    /// <summary>Reads a value of an enumeration by its name, not by its number.</summary>
    public static bool TryWord<T>(string text, out T value)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value) && !text.AsSpan().ContainsAnyInRange('0', '9');

    public static bool TryEndPoint(string text, [NotNullWhen(true)] out IPEndPoint? value)
    {
        value = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(
            text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        string host = text[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        IPAddress? address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "" or "*" => IPAddress.IPv6Any,
            _ when host.Contains(':') != bracketed => null,
            _ => IPAddress.TryParse(bracketed ? host[1..^1] : host, out var parsed) ? parsed : null,
        };
        value = address is null ? null : new IPEndPoint(address, port);
        return value is not null;
    }

    public static bool TryUrl(string text, [NotNullWhen(true)] out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value)
        && value.Scheme is "http" or "https"
        && value is { Query: "", Fragment: "", UserInfo: "" };

    static double UnitMs(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000.0,
        _ => 0,
    };
}
