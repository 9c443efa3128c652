using System.Globalization;
using System.Net;
using System.Text.Json;
using Presage.Metrics;

namespace Presage.Import;

/// <summary>
/// Reads a server of the Prometheus API that has no remote read, metric by metric. An instant query of a range,
/// <c>metric[6h]</c>, answers with the samples as they are stored, not with points at steps: nothing is lost but
/// staleness markers. The range grows and shrinks with the size of the answers, so that memory stays bounded.
/// </summary>
sealed class QueriedSamples(HttpClient http, IReadOnlyList<LabelMatcher> matchers, string selector)
{
    const long BytesWanted = 8 << 20;
    const int BytesMax = 48 << 20;
    const long WindowFirstMs = 3_600_000, WindowMinMs = 1000, WindowMaxMs = 86_400_000;

    long _windowMs = WindowFirstMs;

    public async Task ReadAsync(long fromMs, long toMs, ImportWriter writer, CancellationToken cancellationToken)
    {
        string[] metrics = await MetricsAsync(fromMs, toMs, cancellationToken);
        for (int i = 0; i < metrics.Length; i++)
        {
            _windowMs = WindowFirstMs;
            for (long from = fromMs; from <= toMs;)
            {
                long to = Math.Min(toMs, from + _windowMs - 1);
                if (await TryReadAsync(metrics[i], from, to, writer, cancellationToken))
                {
                    from = to + 1;
                }
            }

            writer.Progress = (i + 1.0) / metrics.Length;
            await writer.FlushAsync(cancellationToken);
        }
    }

    async Task<string[]> MetricsAsync(long fromMs, long toMs, CancellationToken cancellationToken)
    {
        string path = $"api/v1/label/__name__/values?match[]={Uri.EscapeDataString(selector)}" +
            $"&start={Seconds(fromMs)}&end={Seconds(toMs)}";
        using var answer = await http.GetAsync(path, cancellationToken);
        using var bytes = await ReadAsync(answer, cancellationToken);
        using var body = Parse(answer, bytes);
        return [.. body.RootElement.GetProperty("data").EnumerateArray().Select(static n => n.GetString()!)];
    }

    /// <summary>Reads one window of a metric; false when it was too large and is to be asked for in parts.</summary>
    async Task<bool> TryReadAsync(
        string metric, long fromMs, long toMs, ImportWriter writer, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(
        [
            new("query", $"{Selector(metric)}[{toMs - fromMs + 1}ms]"),
            new("time", Seconds(toMs)),
        ]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/query") { Content = content };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var bytes = await ReadAsync(answer, cancellationToken);
        bool tooLarge = answer.StatusCode == HttpStatusCode.UnprocessableEntity || bytes.Length > BytesMax;
        if (tooLarge && _windowMs > WindowMinMs)
        {
            _windowMs = Math.Max(WindowMinMs, _windowMs / 4);
            return false;
        }

        using var body = Parse(answer, bytes);
        long samples = 0;
        foreach (var series in body.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            samples += Add(series, fromMs, toMs, writer);
            await writer.FlushIfFullAsync(cancellationToken);
        }

        Adapt(samples);
        return true;
    }

    /// <summary>A sample takes some 30 bytes of an answer.</summary>
    void Adapt(long samples)
    {
        long bytes = samples * 30;
        _windowMs = bytes > BytesWanted ? Math.Max(WindowMinMs, _windowMs / 2)
            : bytes < BytesWanted / 4 ? Math.Min(WindowMaxMs, _windowMs * 2)
            : _windowMs;
    }

    static long Add(JsonElement series, long fromMs, long toMs, ImportWriter writer)
    {
        if (series.TryGetProperty("histograms", out var histograms))
        {
            writer.Histograms += histograms.GetArrayLength();
        }

        if (!series.TryGetProperty("values", out var values))
        {
            return 0;
        }

        var labels = LabelSet.Of(
        [
            .. series.GetProperty("metric").EnumerateObject()
                .Select(static l => new Label(l.Name, l.Value.GetString()!)),
        ]);
        bool begun = false;
        foreach (var sample in values.EnumerateArray())
        {
            long timestampMs = (long)Math.Round(sample[0].GetDouble() * 1000);

            // Prometheus 2 counts the beginning of a range to it, which is the end of the one before.
            if (timestampMs >= fromMs && timestampMs <= toMs)
            {
                if (!begun)
                {
                    writer.Batch.AddSeries(labels.ToKey());
                    begun = true;
                }

                writer.Batch.AddSample(timestampMs, Value(sample[1].GetString()!));
            }
        }

        return values.GetArrayLength();
    }

    static double Value(string text) => text switch
    {
        "+Inf" or "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    string Selector(string metric)
    {
        var all = new List<string> { $"__name__={JsonSerializer.Serialize(metric)}" };
        all.AddRange(matchers.Where(static m => m.Name != LabelNames.MetricName).Select(static m => m.ToString()));
        return $"{{{string.Join(',', all)}}}";
    }

    /// <summary>The body, or a little more than may be of it.</summary>
    static async Task<MemoryStream> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        byte[] part = new byte[64 << 10];
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        for (int read = 1; read > 0 && bytes.Length <= BytesMax;)
        {
            read = await stream.ReadAsync(part, cancellationToken);
            bytes.Write(part, 0, read);
        }

        return bytes;
    }

    JsonDocument Parse(HttpResponseMessage answer, MemoryStream bytes)
    {
        string problem;
        try
        {
            var body = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            if (answer.IsSuccessStatusCode && body.RootElement.GetProperty("status").GetString() == "success")
            {
                return body;
            }

            using (body)
            {
                problem = body.RootElement.TryGetProperty("error", out var error) ? $"{error}" : "no reason given";
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            problem = e.Message;
        }

        throw new ImportException(
            $"{http.BaseAddress} has no remote read, and answered a query with {(int)answer.StatusCode}: {problem}");
    }

    static string Seconds(long timestampMs) => (timestampMs / 1000m).ToString(CultureInfo.InvariantCulture);
}
