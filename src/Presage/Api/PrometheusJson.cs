// Hot path: WriteResult runs per point of an answer; nothing is allocated per point.
using System.Text.Encodings.Web;
using System.Text.Json;
using Presage.Metrics;
using Presage.Query;

namespace Presage.Api;

/// <summary>
/// Writes the answers of the Prometheus API as Prometheus does: values as text, times as seconds, straight from the
/// columns of the result.
/// </summary>
static class PrometheusJson
{
    const int FlushBytes = 256 << 10;

    /// <summary>Warnings, and infos, in one answer; a remark may come up for each of ten thousand steps.</summary>
    const int RemarksMax = 10;

    const string Truncated = "results truncated due to limit";

    static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("status"u8, "success"u8);
        write(writer);
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    public static async Task WriteErrorAsync(HttpContext context, PrometheusException error)
    {
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("status"u8, "error"u8);
        writer.WriteString("errorType"u8, error.ErrorType);
        writer.WriteString("error"u8, error.Message);
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted);
    }

    /// <param name="limit">Series beyond this number are left out, with a warning; 0 for all.</param>
    /// <param name="clock">What the query took, written when the caller asked for it.</param>
    public static void WriteResult(Utf8JsonWriter writer, QueryResult result, int limit, QueryClock clock)
    {
        writer.WriteStartObject("data"u8);
        writer.WriteString("resultType"u8, AccountRules.Text(result.Kind));
        writer.WritePropertyName("result"u8);
        switch (result.Kind)
        {
            case QueryResultKind.Scalar:
                WritePoint(writer, result.TimestampMs, result.Scalar);
                break;
            case QueryResultKind.String:
                writer.WriteStartArray();
                WriteSeconds(writer, result.TimestampMs);
                writer.WriteStringValue(result.Text);
                writer.WriteEndArray();
                break;
            default:
                WriteAllSeries(writer, result, limit == 0 ? int.MaxValue : limit);
                break;
        }

        clock.Write(writer, result.Statistics);
        writer.WriteEndObject();
        bool cut = limit > 0 && result.Series.Count > limit;
        WriteTexts(writer, "warnings", [.. Shown(result.Warnings, "warning"), .. cut ? [Truncated] : (string[])[]]);
        WriteTexts(writer, "infos", [.. Shown(result.Infos, "info")]);
    }

    public static void WriteSeries(Utf8JsonWriter writer, IEnumerable<LabelSet> series, int limit)
    {
        WriteList(writer, series, limit, WriteLabels);
    }

    public static void WriteNames(Utf8JsonWriter writer, IEnumerable<string> names, int limit)
    {
        WriteList(writer, names, limit, static (to, name) => to.WriteStringValue(name));
    }

    /// <summary>The first remarks, and how many more there are.</summary>
    static IEnumerable<string> Shown(IReadOnlyList<string> remarks, string kind) => remarks.Count <= RemarksMax
        ? remarks
        : remarks.Take(RemarksMax).Append($"{remarks.Count - RemarksMax} more {kind} annotations omitted");

    /// <summary>Writes a list up to its limit, and a warning where it is longer.</summary>
    static void WriteList<T>(Utf8JsonWriter writer, IEnumerable<T> items, int limit, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray("data"u8);
        int written = 0;
        bool cut = false;
        foreach (var item in items)
        {
            cut = limit > 0 && written == limit;
            if (cut)
            {
                break;
            }

            write(writer, item);
            written++;
        }

        writer.WriteEndArray();
        WriteTexts(writer, "warnings", cut ? [Truncated] : []);
    }

    static void WriteAllSeries(Utf8JsonWriter writer, QueryResult result, int limit)
    {
        var points = new PointText();
        writer.WriteStartArray();
        foreach (var series in result.Series.Take(limit))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("metric"u8);
            WriteLabels(writer, series.Labels);
            if (result.Kind == QueryResultKind.Vector && series.HistogramAt(0) is { } only)
            {
                writer.WritePropertyName("histogram"u8);
                PrometheusHistogramJson.Write(writer, series.TimestampsMs[^1], only);
            }
            else if (result.Kind == QueryResultKind.Vector)
            {
                writer.WritePropertyName("value"u8);
                WritePoint(writer, series.TimestampsMs[^1], series.Value);
            }
            else
            {
                WritePoints(writer, series, points);
            }

            writer.WriteEndObject();
            if (writer.BytesPending > FlushBytes)
            {
                writer.Flush();
            }
        }

        writer.WriteEndArray();
    }

    static void WritePoints(Utf8JsonWriter writer, QuerySeries series, PointText points)
    {
        bool mixed = series.HasHistograms;
        if (!mixed || PrometheusHistogramJson.AnyNumber(series))
        {
            writer.WritePropertyName("values"u8);
            points.Write(writer, series, mixed);
        }

        if (mixed)
        {
            PrometheusHistogramJson.WriteAll(writer, series);
        }
    }

    static void WriteLabels(Utf8JsonWriter writer, LabelSet labels)
    {
        writer.WriteStartObject();
        foreach (var label in labels.Labels)
        {
            writer.WriteString(label.Name, label.Value);
        }

        writer.WriteEndObject();
    }

    static void WritePoint(Utf8JsonWriter writer, long timestampMs, double value)
    {
        Span<byte> text = stackalloc byte[SampleText.LengthMax];
        writer.WriteStartArray();
        WriteSeconds(writer, timestampMs);
        writer.WriteStringValue(text[..SampleText.Write(text, value)]);
        writer.WriteEndArray();
    }

    public static void WriteSeconds(Utf8JsonWriter writer, long timestampMs)
    {
        Span<byte> text = stackalloc byte[PointText.SecondsMax];
        writer.WriteRawValue(text[..PointText.WriteSeconds(text, timestampMs)], skipInputValidation: true);
    }

    static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
