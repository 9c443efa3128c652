using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Presage.Api;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Cli;

/// <summary><c>presage storage … --url</c>: asks a running server what the tools look up in a folder.</summary>
sealed class StorageClient : IDisposable
{
    readonly HttpClient _http;
    readonly TextWriter _output;

    public StorageClient(Uri server, string? token, TextWriter output)
    {
        _output = output;
        _http = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public static async Task InspectAsync(StorageClient client, CancellationToken cancellationToken) =>
        StorageTables.WriteFiles(await client.FilesAsync(cancellationToken), client._output);

    /// <summary>Files as in the folder; series and labels are those active now.</summary>
    public static async Task StatsAsync(StorageClient client, CancellationToken cancellationToken)
    {
        StorageTables.WriteKinds(await client.FilesAsync(cancellationToken), client._output);
        var counted = await client.GetAsync<CardinalityAnswer>(
            $"/api/presage/v1/cardinality?top={StorageTables.Top}", cancellationToken);
        Write("active series by metric", counted.Metrics.Select(static m => (m.Name, m.Series)));
        Write("active series by host", counted.Hosts.Select(static h => (h.Name, h.Series)));
        Write("values by label", counted.Labels.Select(static l => (l.Name, l.Values)));

        void Write(string title, IEnumerable<(string, long)> counts) =>
            StorageTables.WriteCounts(title, counts, client._output);
    }

    public async Task ExportAsync(
        string? selector, TimeRange range, string format, Stream output, CancellationToken cancellationToken)
    {
        string query = $"/api/presage/v1/export?format={format}";
        query += selector is null ? "" : $"&match={Uri.EscapeDataString(selector)}";
        query += range.FromMs == long.MinValue ? "" : string.Create(
            CultureInfo.InvariantCulture, $"&fromMs={range.FromMs}");
        query += range.ToMs == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $"&toMs={range.ToMs}");
        using var answer = await _http.GetAsync(query, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowIfRefusedAsync(answer, cancellationToken);
        await answer.Content.CopyToAsync(output, cancellationToken);
    }

    /// <summary>Runs what asks the server; says what it answered where that is an error.</summary>
    public async Task<int> GuardAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return 0;
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            await Console.Error.WriteLineAsync($"presage: {_http.BaseAddress}: {e.Message}");
            return 1;
        }
    }

    public void Dispose() => _http.Dispose();

    Task<StoredFile[]> FilesAsync(CancellationToken cancellationToken) =>
        GetAsync<StoredFile[]>("/api/presage/v1/storage/files", cancellationToken);

    async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        await ThrowIfRefusedAsync(answer, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken))!;
    }

    static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException(await RefusedAnswer.ReadAsync(answer, cancellationToken));
        }
    }
}
