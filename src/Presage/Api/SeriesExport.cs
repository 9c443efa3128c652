using System.Globalization;
using Presage.Metrics;

namespace Presage.Api;

/// <summary>
/// Writes samples as text, metric by metric, so that memory holds one metric's series at a time. OpenMetrics is what
/// <c>promtool tsdb create-blocks-from openmetrics</c> reads; CSV has a line for each sample: timestamp in ms, value,
/// series.
/// </summary>
sealed class SeriesExport(ISampleSource source, TextWriter output, bool csv)
{
    /// <summary>Samples written between two hand-overs: some 60 KB.</summary>
    const int SamplesPerWrite = 1000;

    readonly SampleColumns _columns = new();

    /// <summary>What the text is to a reader.</summary>
    public static string ContentType(bool csv) =>
        csv ? "text/csv; charset=utf-8" : "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>Series and samples written.</summary>
    public (long Series, long Samples) Written { get; private set; }

    public async Task WriteAsync(
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, CancellationToken cancellationToken)
    {
        if (csv)
        {
            await output.WriteAsync("timestamp_ms,value,series\n");
        }

        foreach (string metric in source.LabelValues(LabelNames.MetricName, matchers, range))
        {
            if (!csv)
            {
                await output.WriteAsync($"# TYPE {metric} unknown\n");
            }

            var name = new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, metric);
            foreach (var series in source.Select([name, .. matchers, HistogramParts], range))
            {
                await WriteSeriesAsync(series, range, cancellationToken);
            }
        }

        if (!csv)
        {
            await output.WriteAsync("# EOF\n");
        }

        await output.FlushAsync(cancellationToken);
    }

    async Task WriteSeriesAsync(ISampleSeries series, TimeRange range, CancellationToken cancellationToken)
    {
        _columns.Clear();
        series.Read(range, _columns);
        _columns.DropStaleMarkers();
        string labels = Labels(series.Labels);
        string quoted = "\"" + labels.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        var text = new System.Text.StringBuilder();
        for (int from = 0; from < _columns.Count; from += SamplesPerWrite)
        {
            cancellationToken.ThrowIfCancellationRequested();
            text.Clear();
            for (int i = from; i < Math.Min(from + SamplesPerWrite, _columns.Count); i++)
            {
                string value = SampleText.Of(_columns.Values[i]);
                long ms = _columns.TimestampsMs[i];
                text.Append(csv ? $"{ms},{value},{quoted}\n" : $"{labels} {value} {Seconds(ms)}\n");
            }

            await output.WriteAsync(text, cancellationToken);
        }

        Written = (Written.Series + (_columns.Count > 0 ? 1 : 0), Written.Samples + _columns.Count);
    }

    /// <summary>Native histograms go out as what they are stored as, and so come in again.</summary>
    static LabelMatcher HistogramParts { get; } =
        new(Metrics.HistogramParts.Label, MatchOperator.RegexMatch, ".*");

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
