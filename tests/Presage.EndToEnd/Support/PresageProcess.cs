using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Presage.EndToEnd.Support;

/// <summary>The real server as a child process, with a client for its API.</summary>
sealed class PresageProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    readonly ChildProcess _process;

    PresageProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public int Id => _process.Id;

    public string Output => _process.Output;

    public static Task<PresageProcess> StartAsync(string dataFolder, int port, params string[] arguments) =>
        StartAsync(Product.Server, [], dataFolder, port, arguments);

    /// <summary>Runs the server as a user who owns nothing; the caller is root.</summary>
    public static Task<PresageProcess> StartAsNobodyAsync(string dataFolder, int port, params string[] arguments) =>
        StartAsync("setpriv", [.. AsNobody, Product.Server], dataFolder, port, arguments);

    /// <summary>Runs a verb to its end; returns exit code and output.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(bool asNobody, params string[] arguments)
    {
        await using var process = asNobody
            ? ChildProcess.Start("setpriv", [.. AsNobody, Product.Server, .. arguments])
            : ChildProcess.Start(Product.Server, arguments);
        await Eventually.Holds("the verb ends", StartLimit, () => Task.FromResult(process.HasExited));
        return (process.ExitCode, process.Output);
    }

    static string[] AsNobody { get; } = ["--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"];

    static async Task<PresageProcess> StartAsync(
        string program, string[] before, string dataFolder, int port, string[] arguments)
    {
        var process = ChildProcess.Start(
            program,
            [.. before, "serve", "--data", dataFolder, "--listen", $"127.0.0.1:{port}", .. arguments],
            new() { ["PRESAGE_WEB_FOLDER"] = Product.WebFolder, ["PRESAGE_AGENT_FOLDER"] = Product.AgentFolder });
        try
        {
            await process.Printed($"http://127\\.0\\.0\\.1:{port}", StartLimit);
            return new PresageProcess(process, new Uri($"http://127.0.0.1:{port}"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public Task<string> Printed(string pattern) => Line(pattern);

    public void UseToken(string token) =>
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return await ReadAsync(response, path);
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await Client.SendAsync(request);
        return await ReadAsync(response, path);
    }

    /// <summary>The value of an instant query with one result, or null where it has none.</summary>
    public async Task<double?> ValueAsync(string query)
    {
        var answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
        var result = answer.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0
            ? null
            : double.Parse(result[0].GetProperty("value")[1].GetString()!);
    }

    public Task KillAsync() => _process.KillAsync();

    public Task<int> StopAsync() => _process.StopAsync(TimeSpan.FromSeconds(10));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }

    async Task<string> Line(string pattern) => (await _process.Printed(pattern, StartLimit)).Value;

    static async Task<JsonElement> ReadAsync(HttpResponseMessage response, string path)
    {
        string text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{path}: {(int)response.StatusCode} {text}", null, response.StatusCode);
        }

        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
