using System.Text.Json;

namespace Presage.EndToEnd.Support;

/// <summary>The Prometheus HTTP API as any client uses it.</summary>
static class InstantQuery
{
    /// <summary>The value of a query with exactly one result at a time (s since 1970).</summary>
    public static async Task<double> ValueAsync(HttpClient client, string query, long timeSeconds)
    {
        return await ValueAtAsync(client, query, timeSeconds * 1000);
    }

    /// <summary>The value of a query with exactly one result at a time (ms since 1970).</summary>
    public static async Task<double> ValueAtAsync(HttpClient client, string query, long timeMs)
    {
        string path = $"/api/v1/query?query={Uri.EscapeDataString(query)}&time={timeMs / 1000.0:F3}";
        using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return double.Parse(result[0].GetProperty("value")[1].GetString()!);
    }
}
