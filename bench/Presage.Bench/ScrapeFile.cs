using System.Globalization;
using System.IO.Compression;

namespace Presage.Bench;

/// <summary>
/// Recorded scrapes of a real node exporter: for each a line <c>@MS</c>, then the lines <c>name{labels} value</c>.
/// How to record them: bench/README.md.
/// </summary>
static class ScrapeFile
{
    public static (List<long> Times, Dictionary<string, List<double>> Series) Read(string path)
    {
        var times = new List<long>();
        var series = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('@'))
            {
                times.Add(long.Parse(line.AsSpan(1), CultureInfo.InvariantCulture));
                continue;
            }

            int blank = line.LastIndexOf(' ');
            if (blank < 0 || !double.TryParse(line.AsSpan(blank + 1), CultureInfo.InvariantCulture, out double value))
            {
                continue;
            }

            if (!series.TryGetValue(line[..blank], out var values))
            {
                series.Add(line[..blank], values = []);
            }

            values.Add(value);
        }

        return (times, series);
    }
}
