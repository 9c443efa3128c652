using System.Text.Json;

namespace Presage.EndToEnd.Support;

/// <summary>The Prometheus HTTP API as any client uses it.</summary>
static class InstantQuery
{
    /// <summary>The value of a query with exactly one result at a time (ms since 1970).</summary>
    public static async Task<double> ValueAtAsync(HttpClient client, string query, long timeMs) =>
        await FirstOrNullAsync(client, query, timeMs) ??
        throw new InvalidOperationException($"{query} has no result at {timeMs}.");

    /// <summary>The value of a query's first result at a time (ms since 1970); null where it has none.</summary>
    public static async Task<double?> FirstOrNullAsync(HttpClient client, string query, long timeMs)
    {
        string path = $"/api/v1/query?query={Uri.EscapeDataString(query)}&time={timeMs / 1000.0:F3}";
        using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? null : double.Parse(result[0].GetProperty("value")[1].GetString()!);
    }
}
