using System.Globalization;
using System.Text.Json;

namespace Presage.Bench.PromQl;

/// <summary>Compares two answers of the Prometheus API.</summary>
static class Answers
{
    const double Tolerance = 1e-9;

    /// <summary>The first difference between two answers, null when they agree.</summary>
    public static string? Difference(string ours, string theirs)
    {
        using JsonDocument a = JsonDocument.Parse(ours), b = JsonDocument.Parse(theirs);
        return Difference(a, b);
    }

    /// <inheritdoc cref="Difference(string, string)"/>
    public static string? Difference(JsonDocument ours, JsonDocument theirs)
    {
        var (a, b) = (Read(ours), Read(theirs));
        if (a.Count != b.Count)
        {
            string other = a.Keys.Except(b.Keys).Concat(b.Keys.Except(a.Keys)).First();
            return $"{a.Count} series, not {b.Count}: {other}";
        }

        foreach (var (labels, points) in b)
        {
            if (!a.TryGetValue(labels, out var mine) || mine.Count != points.Count)
            {
                return $"{labels}: {mine?.Count ?? 0} points, not {points.Count}";
            }

            for (int i = 0; i < points.Count; i++)
            {
                if (mine[i].Time != points[i].Time || !Near(mine[i].Value, points[i].Value))
                {
                    return string.Create(CultureInfo.InvariantCulture,
                        $"{labels} at {points[i].Time}: {mine[i].Value}, not {points[i].Value}");
                }
            }
        }

        return null;
    }

    static bool Near(double a, double b) =>
        a == b || (double.IsNaN(a) && double.IsNaN(b))
        || Math.Abs(a - b) <= Tolerance * Math.Max(Math.Abs(a), Math.Abs(b));

    static Dictionary<string, List<(double Time, double Value)>> Read(JsonDocument document)
    {
        var result = new Dictionary<string, List<(double, double)>>(StringComparer.Ordinal);
        foreach (var series in document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var labels = series.GetProperty("metric").EnumerateObject()
                .OrderBy(static l => l.Name, StringComparer.Ordinal).Select(static l => $"{l.Name}={l.Value}");
            var points = series.TryGetProperty("value", out var value) ? [value]
                : series.GetProperty("values").EnumerateArray().ToArray();
            result[string.Join(',', labels)] = [.. points.Select(static p => (p[0].GetDouble(), Number(p[1])))];
        }

        return result;
    }

    static double Number(JsonElement value) => value.GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var text => double.Parse(text!, CultureInfo.InvariantCulture),
    };
}
