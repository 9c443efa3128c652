using System.Net.Http.Headers;
using System.Text.Json;

namespace Presage.Cli.Querying;

/// <summary>Asks a server by the Prometheus API; Prometheus itself answers as well.</summary>
sealed class QueryClient : IDisposable
{
    readonly HttpClient _http;

    public QueryClient(Uri server, string? token)
    {
        _http = new HttpClient { BaseAddress = server };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public async Task<ServerAnswer> AskAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string?>
        {
            ["query"] = request.Query,
            ["time"] = request.Time,
            ["start"] = request.Start,
            ["end"] = request.End,
            ["step"] = request.Step,
        };
        using var content = new FormUrlEncodedContent(
            form.Where(static p => p.Value is not null).Select(static p => KeyValuePair.Create(p.Key, p.Value!)));
        try
        {
            string path = request.IsRange ? "/api/v1/query_range" : "/api/v1/query";
            using var response = await _http.PostAsync(path, content, cancellationToken);
            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            return Read(body, (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            return Failed($"{_http.BaseAddress} does not answer: {e.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    static ServerAnswer Failed(string error) => new("", error, [], []);

    static ServerAnswer Read(string body, int status)
    {
        if (status is 401 or 403)
        {
            return Failed($"the server refuses ({status}); give an API token with --token.");
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.GetProperty("status").GetString() != "success")
            {
                return Failed(root.GetProperty("error").GetString() ?? $"the server answered {status}");
            }

            var data = root.GetProperty("data");
            string type = data.GetProperty("resultType").GetString()!;
            var result = data.GetProperty("result");
            IReadOnlyList<AnswerSeries> series = type is "scalar" or "string"
                ? [new AnswerSeries(new Dictionary<string, string>(), [PointOf(result)])]
                : [.. result.EnumerateArray().Select(SeriesOf)];
            return new ServerAnswer(body, null, [.. Texts(root, "warnings"), .. Texts(root, "infos")], series);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Failed($"the server answered {status} with something that is no answer to a query.");
        }
    }

    static AnswerSeries SeriesOf(JsonElement series)
    {
        var labels = series.GetProperty("metric").EnumerateObject()
            .ToDictionary(static l => l.Name, static l => l.Value.GetString() ?? "");
        var points = new List<(double, string)>();
        foreach (string one in (ReadOnlySpan<string>)["value", "histogram"])
        {
            if (series.TryGetProperty(one, out var point))
            {
                points.Add(PointOf(point));
            }
        }

        foreach (string many in (ReadOnlySpan<string>)["values", "histograms"])
        {
            if (series.TryGetProperty(many, out var list))
            {
                points.AddRange(list.EnumerateArray().Select(PointOf));
            }
        }

        return new AnswerSeries(labels, [.. points.OrderBy(static p => p.Item1)]);
    }

    static (double Seconds, string Value) PointOf(JsonElement point) => (
        point[0].GetDouble(),
        point[1].ValueKind == JsonValueKind.String ? point[1].GetString()! : HistogramOf(point[1]));

    static string HistogramOf(JsonElement histogram) =>
        $"count:{histogram.GetProperty("count").GetString()} sum:{histogram.GetProperty("sum").GetString()}";

    static IEnumerable<string> Texts(JsonElement root, string name) =>
        root.TryGetProperty(name, out var texts) ? texts.EnumerateArray().Select(static t => t.GetString()!) : [];
}
