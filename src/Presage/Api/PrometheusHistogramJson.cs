using System.Text.Json;
using Presage.Metrics;
using Presage.Query;

namespace Presage.Api;

/// <summary>Native histograms in answers, as Prometheus writes them: count, sum and the populated buckets.</summary>
static class PrometheusHistogramJson
{
    public static bool AnyNumber(QuerySeries series)
    {
        for (int i = 0; i < series.Count; i++)
        {
            if (series.HistogramAt(i) is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the property <c>histograms</c> with all histograms of a series.</summary>
    public static void WriteAll(Utf8JsonWriter writer, QuerySeries series)
    {
        writer.WriteStartArray("histograms"u8);
        for (int i = 0; i < series.Count; i++)
        {
            if (series.HistogramAt(i) is { } histogram)
            {
                Write(writer, series.TimestampsMs[i], histogram);
            }
        }

        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, long timestampMs, NativeHistogram histogram)
    {
        writer.WriteStartArray();
        PrometheusJson.WriteSeconds(writer, timestampMs);
        writer.WriteStartObject();
        WriteNumber(writer, "count", histogram.Count);
        WriteNumber(writer, "sum", histogram.Sum);
        writer.WriteStartArray("buckets"u8);
        foreach (var bucket in QueriedHistogram.BucketsOf(histogram))
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(bucket.Rule);
            writer.WriteStringValue(SampleText.Of(bucket.Lower));
            writer.WriteStringValue(SampleText.Of(bucket.Upper));
            writer.WriteStringValue(SampleText.Of(bucket.Count));
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    static void WriteNumber(Utf8JsonWriter writer, string name, double value) =>
        writer.WriteString(name, SampleText.Of(value));
}
