using System.Globalization;
using System.IO.Compression;
using System.Text;
using Presage.Metrics;
using Presage.Protocols.Csv;

namespace Presage.Import;

/// <summary>Comma-separated files with a row of names first; perhaps gzip. Empty values are skipped.</summary>
static class CsvSource
{
    public static IReadOnlyList<ImportPart> Parts(IEnumerable<FileInfo> files, CsvMapping mapping, char separator) =>
        [.. files.Select(file => new ImportPart(
            $"{file.FullName} {file.Length}", file.Length,
            (writer, token) => ReadAsync(file, mapping, separator, writer, token)))];

    static async Task ReadAsync(
        FileInfo file, CsvMapping mapping, char separator, ImportWriter writer, CancellationToken token)
    {
        await using var raw = file.OpenRead();
        await using Stream text = file.Extension == ".gz" ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        using var reader = new StreamReader(text, Encoding.UTF8);
        var rows = new CsvRows(reader, separator);
        try
        {
            if (!rows.Read())
            {
                throw new ImportException($"{file} is empty; its first row must name the columns.");
            }

            var columns = new Columns(mapping, rows.Fields);
            while (rows.Read())
            {
                if (columns.Add(rows.Fields, writer.Batch) is { } problem)
                {
                    throw new ImportException($"{file}, line {rows.Line}: {problem}");
                }

                writer.Progress = (double)raw.Position / Math.Max(1, raw.Length);
                await writer.FlushIfFullAsync(token);
            }

            await writer.FlushAsync(token);
        }
        catch (InvalidDataException e)
        {
            throw new ImportException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>The mapping with the numbers of the columns of one file.</summary>
    sealed class Columns
    {
        readonly CsvMapping _mapping;
        readonly string[] _names;
        readonly int _time;
        readonly int _metric;
        readonly int[] _values;
        readonly int[] _labels;

        public Columns(CsvMapping mapping, IReadOnlyList<string> names)
        {
            _mapping = mapping;
            _names = [.. names.Select(static n => n.Trim().TrimStart('\uFEFF'))];
            _time = Find(mapping.Time);
            _metric = mapping.MetricColumn is { } metric ? Find(metric) : -1;
            _values = [.. mapping.Values.Select(v => Find(v.Column))];
            _labels = [.. mapping.Labels.Select(l => Find(l.Column))];
        }

        /// <summary>Adds a row's samples; returns what is wrong with it, or null.</summary>
        public string? Add(IReadOnlyList<string> row, SampleBatch batch)
        {
            if (row.Count != _names.Length)
            {
                return $"the row has {row.Count} fields, and the first one {_names.Length}.";
            }

            if (!_mapping.TryReadTime(row[_time].Trim(), out long timestampMs))
            {
                return $"\"{Shown(row[_time])}\" in column {_names[_time]} is not a time of format " +
                    $"{_mapping.TimeFormat}.";
            }

            for (int i = 0; i < _values.Length; i++)
            {
                string text = row[_values[i]].Trim();
                if (text.Length == 0)
                {
                    continue;
                }

                if (!TryReadValue(text, out double value))
                {
                    return $"\"{Shown(text)}\" in column {_names[_values[i]]} is not a number.";
                }

                string metric = _mapping.Values[i].Metric ?? row[_metric].Trim();
                if (metric.Length == 0)
                {
                    return $"column {_names[_metric]} names no metric.";
                }

                if (AddSeries(row, metric, batch) is { } problem)
                {
                    return problem;
                }

                batch.AddSample(timestampMs, value);
            }

            return null;
        }

        string? AddSeries(IReadOnlyList<string> row, string metric, SampleBatch batch)
        {
            batch.BeginSeries();
            batch.AddLabel(LabelNames.MetricName, metric);
            for (int i = 0; i < _labels.Length; i++)
            {
                batch.AddLabel(_mapping.Labels[i].Label, row[_labels[i]].Trim());
            }

            foreach (var label in _mapping.Fixed)
            {
                batch.AddLabel(label.Name, label.Value);
            }

            return batch.EndLabels() ? null : "a label stands twice: check --label and --set.";
        }

        int Find(string column)
        {
            int at = Array.IndexOf(_names, column);
            return at >= 0
                ? at
                : throw new InvalidDataException(
                    $"there is no column \"{column}\"; the file has {string.Join(", ", _names)}.");
        }

        static bool TryReadValue(string text, out double value)
        {
            if (double.TryParse(text, CultureInfo.InvariantCulture, out value))
            {
                return true;
            }

            value = text.ToUpperInvariant() switch
            {
                "+INF" or "INF" => double.PositiveInfinity,
                "-INF" => double.NegativeInfinity,
                _ => double.NaN,
            };
            return double.IsInfinity(value);
        }

        static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
    }
}
