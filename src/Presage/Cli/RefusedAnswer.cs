using System.Text.Json;

namespace Presage.Cli;

/// <summary>What a server said instead of an answer, as a sentence for the terminal.</summary>
static class RefusedAnswer
{
    /// <summary>Of a proxy's page, so much is shown.</summary>
    const int ForeignCharsMax = 300;

    /// <summary>Reads an answer that tells an error.</summary>
    public static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        Of((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));

    /// <summary>
    /// A problem's sentences and what to do about it; the text as it is where another server or a proxy answered.
    /// </summary>
    public static string Of(int status, string text)
    {
        text = text.Trim();
        if (Read(text) is { Detail: { } detail } problem)
        {
            string field = problem.Field is { } name ? $" (field {name})" : "";
            return $"{detail}{field}{(problem.Fix is { } fix ? $" {fix}" : "")} (status {status})";
        }

        return text.Length switch
        {
            0 => $"it answered {status} without saying why.",
            > ForeignCharsMax => $"it answered {status}: {text[..ForeignCharsMax]}…",
            _ => $"it answered {status}: {text}",
        };
    }

    /// <summary>A problem (RFC 9457, with our fix), or an error of Prometheus' API; no detail where it is neither.
    /// </summary>
    static (string? Detail, string? Field, string? Fix) Read(string text)
    {
        if (!text.StartsWith('{'))
        {
            return default;
        }

        try
        {
            using var answer = JsonDocument.Parse(text);
            return (TextOf(answer, "detail") ?? TextOf(answer, "error"), TextOf(answer, "field"),
                TextOf(answer, "fix"));
        }
        catch (JsonException)
        {
            // Not ours: shown as it is.
            return default;
        }
    }

    static string? TextOf(JsonDocument answer, string name) =>
        answer.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text ? text : null;
}
