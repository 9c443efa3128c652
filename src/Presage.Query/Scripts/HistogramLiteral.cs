using System.Globalization;
using Presage.Metrics;

namespace Presage.Query.Scripts;

/// <summary>
/// Reads <c>{{schema:0 sum:5 count:4 z_bucket:1 z_bucket_w:0.1 buckets:[1 2 1] offset:0 n_buckets:[1] n_offset:0
/// custom_values:[5 10] counter_reset_hint:gauge}}</c>; every part may be left out.
/// </summary>
static class HistogramLiteral
{
    static readonly string[] Parts = ["schema", "sum", "count", "z_bucket", "z_bucket_w", "buckets", "offset",
        "n_buckets", "n_offset", "custom_values", "counter_reset_hint"];

    /// <param name="text">The literal with its braces.</param>
    /// <param name="hintGiven">Whether the hint was written, so that an expected sample is held to it.</param>
    /// <exception cref="FormatException">It is no such literal; the message names the part.</exception>
    public static NativeHistogram Parse(string text, out bool hintGiven)
    {
        var parts = Split(text);
        hintGiven = parts.ContainsKey("counter_reset_hint");
        return new NativeHistogram
        {
            Hint = ParseHint(parts.GetValueOrDefault("counter_reset_hint", "unknown")),
            Schema = ParseWhole(parts.GetValueOrDefault("schema", "0")),
            ZeroThreshold = Number(parts, "z_bucket_w"),
            ZeroCount = Number(parts, "z_bucket"),
            Count = Number(parts, "count"),
            Sum = Number(parts, "sum"),
            Positive = HistogramBuckets.OfRun(
                ParseWhole(parts.GetValueOrDefault("offset", "0")),
                ParseList(parts.GetValueOrDefault("buckets", "[]"))),
            Negative = HistogramBuckets.OfRun(
                ParseWhole(parts.GetValueOrDefault("n_offset", "0")),
                ParseList(parts.GetValueOrDefault("n_buckets", "[]"))),
            CustomBounds = ParseList(parts.GetValueOrDefault("custom_values", "[]")),
        };
    }

    static Dictionary<string, string> Split(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        string inner = text.Trim('{', '}');
        int at = 0;
        while (at < inner.Length)
        {
            if (char.IsWhiteSpace(inner[at]))
            {
                at++;
                continue;
            }

            int colon = inner.IndexOf(':', at);
            string name = colon < 0 ? inner[at..] : inner[at..colon];
            if (colon < 0 || !Parts.Contains(name))
            {
                throw new FormatException($"a histogram has no \"{name.Trim()}\"; it has {string.Join(", ", Parts)}");
            }

            int end = colon + 1;
            if (end < inner.Length && inner[end] == '[')
            {
                end = inner.IndexOf(']', end) + 1;
                end = end > 0 ? end : throw new FormatException($"\"{name}\" of a histogram lacks its \"]\"");
            }
            else
            {
                while (end < inner.Length && !char.IsWhiteSpace(inner[end]))
                {
                    end++;
                }
            }

            if (!parts.TryAdd(name, inner[(colon + 1)..end]))
            {
                throw new FormatException($"\"{name}\" stands twice in a histogram");
            }

            at = end;
        }

        return parts;
    }

    static double Number(Dictionary<string, string> parts, string name) =>
        parts.TryGetValue(name, out string? text) ? SeriesLine.ParseNumber(text) : 0;

    static int ParseWhole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new FormatException($"\"{text}\" of a histogram is no whole number");

    static double[] ParseList(string text) =>
    [
        .. text.Trim('[', ']').Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(SeriesLine.ParseNumber),
    ];

    static CounterResetHint ParseHint(string text) => text switch
    {
        "unknown" => CounterResetHint.Unknown,
        "reset" => CounterResetHint.Reset,
        "not_reset" => CounterResetHint.NotReset,
        "gauge" => CounterResetHint.Gauge,
        _ => throw new FormatException($"no counter_reset_hint \"{text}\": unknown, reset, not_reset or gauge"),
    };
}
