using System.Globalization;
using Presage.Api;
using Presage.Metrics;

namespace Presage.Cli;

/// <summary>
/// Writes samples as text, metric by metric, so that memory holds one metric's series at a time. OpenMetrics is what
/// <c>promtool tsdb create-blocks-from openmetrics</c> reads; CSV has a line for each sample: timestamp in ms, value,
/// series.
/// </summary>
sealed class SeriesExport(ISampleSource source, TextWriter output, bool csv)
{
    readonly SampleColumns _columns = new();

    /// <summary>Series and samples written.</summary>
    public (long Series, long Samples) Written { get; private set; }

    public void Write(IReadOnlyList<LabelMatcher> matchers, TimeRange range, CancellationToken cancellationToken)
    {
        if (csv)
        {
            output.Write("timestamp_ms,value,series\n");
        }

        foreach (string metric in source.LabelValues(LabelNames.MetricName, matchers, range))
        {
            if (!csv)
            {
                output.Write($"# TYPE {metric} unknown\n");
            }

            var name = new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, metric);
            foreach (var series in source.Select([name, .. matchers], range))
            {
                cancellationToken.ThrowIfCancellationRequested();
                WriteSeries(series, range);
            }
        }

        if (!csv)
        {
            output.Write("# EOF\n");
        }
    }

    void WriteSeries(ISampleSeries series, TimeRange range)
    {
        _columns.Clear();
        series.Read(range, _columns);
        _columns.DropStaleMarkers();
        string labels = Labels(series.Labels);
        string quoted = "\"" + labels.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        for (int i = 0; i < _columns.Count; i++)
        {
            string value = SampleText.Of(_columns.Values[i]);
            long ms = _columns.TimestampsMs[i];
            output.Write(csv ? $"{ms},{value},{quoted}\n" : $"{labels} {value} {Seconds(ms)}\n");
        }

        Written = (Written.Series + (_columns.Count > 0 ? 1 : 0), Written.Samples + _columns.Count);
    }

    static string Seconds(long ms) => (ms / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>The series as OpenMetrics writes it: no blanks between labels.</summary>
    static string Labels(LabelSet labels)
    {
        var text = new System.Text.StringBuilder(labels.MetricName);
        string before = "{";
        foreach (var label in labels.Labels)
        {
            if (label.Name != LabelNames.MetricName)
            {
                string value = label.Value
                    .Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\"", "\\\"", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal);
                text.Append(before).Append(label.Name).Append("=\"").Append(value).Append('"');
                before = ",";
            }
        }

        return before == "," ? text.Append('}').ToString() : text.ToString();
    }
}
