using System.Diagnostics;
using System.Globalization;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Bench.PromQl;

/// <summary>A server under comparison: a process of its own, asked over HTTP.</summary>
sealed class Peer : IDisposable
{
    readonly Process _process;
    readonly HttpClient _http;

    Peer(string name, Process process, int port, string path)
    {
        Name = name;
        _process = process;
        Path = path;
        _http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    public string Name { get; }

    string Path { get; }

    /// <summary>Starts a server and waits until it answers.</summary>
    public static async Task<Peer> StartAsync(string name, string file, IReadOnlyList<string> arguments, int port)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} does not start");
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var peer = new Peer(name, process, port, "/api/v1");
        await peer.WaitAsync();
        return peer;
    }

    public async Task<(double Milliseconds, string Body)> AskAsync(BenchQuery query, long endMs)
    {
        string end = (endMs / 1000).ToString(CultureInfo.InvariantCulture);
        string text = Uri.EscapeDataString(query.Text);
        string address = query.Hours == 0
            ? $"{Path}/query?query={text}&time={end}&nocache=1"
            : string.Create(CultureInfo.InvariantCulture,
                $"{Path}/query_range?query={text}&start={(endMs / 1000) - (query.Hours * 3600)}&end={end}"
                + $"&step={query.StepSeconds}&nocache=1");
        long started = Stopwatch.GetTimestamp();
        string body = await _http.GetStringAsync(address);
        return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, body);
    }

    /// <summary>The body of an answer, be it an error.</summary>
    public async Task<string> AskAnyAsync(string address)
    {
        using var answer = await _http.GetAsync($"{Path}/{address}");
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task WriteAsync(SampleBatch batch)
    {
        using var content = new ByteArrayContent(new RemoteWriteEncoder().Encode(batch).ToArray());
        content.Headers.Add("Content-Encoding", "snappy");
        content.Headers.Add("Content-Type", "application/x-protobuf");
        content.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        using var response = await _http.PostAsync($"{Path}/write", content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>CPU time of the server so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident bytes that are no file's.</summary>
    public long OwnMemory() => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(static l => l.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(static l =>
            long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
        .FirstOrDefault();

    public void Dispose()
    {
        _http.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    async Task WaitAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var answer = await _http.GetAsync($"{Path}/query?query=1");
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (attempt < 300 && !_process.HasExited)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
