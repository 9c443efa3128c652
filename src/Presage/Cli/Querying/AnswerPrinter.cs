using System.Globalization;
using System.Text;

namespace Presage.Cli.Querying;

/// <summary>Prints answers for people (table, plot) and for programs (CSV, JSON).</summary>
static class AnswerPrinter
{
    const int SparkWidth = 32;
    const string Sparks = "▁▂▃▄▅▆▇█";

    public static void Print(ServerAnswer answer, string form, TextWriter output)
    {
        switch (form)
        {
            case "json":
                output.WriteLine(answer.Json);
                break;
            case "csv":
                PrintCsv(answer, output);
                break;
            case "plot":
                TerminalPlot.Print(answer, output);
                break;
            default:
                PrintTable(answer, output);
                break;
        }
    }

    /// <summary>A number of a point; NaN for histograms and texts.</summary>
    public static double NumberOf(string value) => value switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : double.NaN,
    };

    static void PrintCsv(ServerAnswer answer, TextWriter output)
    {
        string[] names =
            [.. answer.Series.SelectMany(static s => s.Labels.Keys).Distinct().Order(StringComparer.Ordinal)];
        output.WriteLine(string.Join(',', names.Select(Field).Concat(["time", "value"])));
        foreach (var series in answer.Series)
        {
            string labels = string.Concat(names.Select(n => Field(series.Labels.GetValueOrDefault(n, "")) + ","));
            foreach (var (seconds, value) in series.Points)
            {
                output.WriteLine($"{labels}{TimeOf(seconds)},{Field(value)}");
            }
        }
    }

    static string Field(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static void PrintTable(ServerAnswer answer, TextWriter output)
    {
        if (answer.Series.Count == 0)
        {
            output.WriteLine("no series");
            return;
        }

        bool range = answer.Series.Any(static s => s.Points.Count > 1);
        List<string[]> rows = [range ? ["series", "min", "mean", "max", "last", ""] : ["series", "value", "time"]];
        foreach (var series in answer.Series)
        {
            rows.Add(range
                ? [series.Name, .. SummaryOf(series)]
                : [series.Name, series.Points[0].Value, TimeOf(series.Points[0].Seconds)]);
        }

        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length))];
        foreach (string[] row in rows)
        {
            var line = new StringBuilder(row[0].PadRight(widths[0]));
            for (int i = 1; i < row.Length; i++)
            {
                bool text = i == row.Length - 1;
                line.Append("  ").Append(text ? row[i] : row[i].PadLeft(widths[i]));
            }

            output.WriteLine(line.ToString().TrimEnd());
        }
    }

    static string[] SummaryOf(AnswerSeries series)
    {
        double[] values = [.. series.Points.Select(static p => NumberOf(p.Value)).Where(double.IsFinite)];
        return values.Length == 0
            ? ["", "", "", series.Points[^1].Value, ""]
            : [Short(values.Min()), Short(values.Average()), Short(values.Max()), Short(values[^1]), SparkOf(values)];
    }

    static string SparkOf(double[] values)
    {
        double least = values.Min(), span = values.Max() - least;
        int width = Math.Min(SparkWidth, values.Length);
        return string.Concat(Enumerable.Range(0, width).Select(i =>
        {
            double value = values[(long)i * values.Length / width];
            return Sparks[span == 0 ? 0 : (int)((value - least) / span * (Sparks.Length - 1))];
        }));
    }

    public static string Short(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    static string TimeOf(double seconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1000))
        .ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}
