using System.Collections.Frozen;
using System.Globalization;
using System.IO.Compression;

namespace Presage.Backtesting;

/// <summary>
/// Metrics over time read from CSV, plain or gzipped: a header, then a row per moment. Empty fields, NA, null,
/// NaN and infinities are missing values.
/// </summary>
sealed class MetricTable
{
    /// <summary>Rows of one file; a year of minutes is 525,600.</summary>
    const int RowsMax = 50_000_000;

    /// <summary>
    /// What pandas, R, SQL and C print where there is no finite value, and a double's own parser does not read.
    /// </summary>
    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Missing = FrozenSet
        .Create(StringComparer.OrdinalIgnoreCase, "inf", "+inf", "-inf", "na", "n/a", "null", "none")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    MetricTable(string? timeColumn, string[] metrics, List<string> times, double[] values)
    {
        TimeColumn = timeColumn;
        Metrics = metrics;
        Times = times;
        Values = values;
    }

    /// <summary>Name of the first column, when it holds times.</summary>
    public string? TimeColumn { get; }

    /// <summary>Names of the metric columns.</summary>
    public string[] Metrics { get; }

    /// <summary>The first column as it was written, when it holds times; else empty.</summary>
    public List<string> Times { get; }

    /// <summary>Row by row.</summary>
    public double[] Values { get; }

    public int Rows => Values.Length / Metrics.Length;

    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * Metrics.Length, Metrics.Length);

    /// <summary>Reads a file whose first column holds times, or one of metrics only.</summary>
    /// <exception cref="StartException">The file is missing or is not such a table; the message names the
    /// line.</exception>
    public static MetricTable Read(string path, bool hasTimes, CancellationToken cancellationToken)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionMode.Decompress)
                : (Stream)file;
            using var reader = new StreamReader(plain);
            return Read(path, reader, hasTimes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StartException($"{path} cannot be read: {e.Message}");
        }
    }

    static MetricTable Read(string path, StreamReader reader, bool hasTimes, CancellationToken cancellationToken)
    {
        string header = reader.ReadLine() ?? throw new StartException($"{path} is empty; a header line is needed.");
        string[] columns = Fields(header.TrimStart('\uFEFF'));
        int first = hasTimes ? 1 : 0;
        int metrics = columns.Length - first;
        if (metrics < 1)
        {
            throw new StartException($"{path} has no metric column; the first column holds the timestamp.");
        }

        var times = new List<string>();
        var values = new List<double>();
        int line = 1;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (text.Length == 0)
            {
                continue;
            }

            if ((line & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            AddRow(path, line, text, hasTimes, metrics, times, values);
            if (line > RowsMax)
            {
                throw new StartException($"{path} has more than {RowsMax} rows; split it.");
            }
        }

        return new MetricTable(hasTimes ? columns[0] : null, columns[first..], times, [.. values]);
    }

    static void AddRow(
        string path,
        int line,
        string text,
        bool hasTimes,
        int metrics,
        List<string> times,
        List<double> values
    )
    {
        var rest = text.AsSpan();
        int column = 0;
        foreach (var range in rest.Split(','))
        {
            var field = rest[range].Trim().Trim('"');
            if (hasTimes && column == 0)
            {
                times.Add(field.ToString());
            }
            else if (field.IsEmpty || Missing.Contains(field))
            {
                values.Add(double.NaN);
            }
            else if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                values.Add(value);
            }
            else
            {
                throw new StartException(
                    $"{path}, line {line}, column {column + 1}: \"{field}\" is not a number; missing values stay empty."
                );
            }

            column++;
        }

        int due = metrics + (hasTimes ? 1 : 0);
        if (column != due)
        {
            throw new StartException($"{path}, line {line}: {column} fields where the header has {due}.");
        }
    }

    /// <summary>The fields of a header; a field in quotes may hold commas.</summary>
    static string[] Fields(string line)
    {
        var fields = new List<string>();
        int start = 0;
        bool isQuoted = false;
        for (int i = 0; i <= line.Length; i++)
        {
            if (i == line.Length || (line[i] == ',' && !isQuoted))
            {
                fields.Add(line[start..i].Trim().Trim('"').Replace("\"\"", "\""));
                start = i + 1;
            }
            else if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
        }

        return [.. fields];
    }
}
