using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Presage.Bench;

/// <summary>
/// A server process of its own with its own data folder on a free port of loopback: Presage or a peer. Its CPU time
/// (user and system of the process) and memory are read from /proc.
/// </summary>
sealed class MeasuredServer : IAsyncDisposable
{
    static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    static readonly TimeSpan StopMax = TimeSpan.FromMinutes(3);
    const double TicksPerSecond = 100;

    readonly Process _process;
    readonly string _folder;
    readonly List<string> _lastLines = [];
    readonly PosixSignalRegistration[] _signals;

    MeasuredServer(string name, Process process, int port, string folder, string writePath)
    {
        Name = name;
        _process = process;
        _signals = [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Kill),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Kill),
        ];
        _folder = folder;
        Root = new Uri($"http://127.0.0.1:{port}");
        Write = new Uri(Root, writePath);
    }

    public string Name { get; }

    public Uri Root { get; }

    /// <summary>Where remote write goes.</summary>
    public Uri Write { get; }

    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 8 });

    /// <summary>CPU seconds since the process began; zero once it is gone.</summary>
    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], CultureInfo.InvariantCulture)
                + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>Resident memory now.</summary>
    public long ResidentBytes => StatusBytes("VmRSS:");

    /// <summary>Of it what files do not back: heap, stacks, and for .NET the compiled code.</summary>
    public long AnonymousBytes => StatusBytes("RssAnon:");

    /// <summary>The most it ever was.</summary>
    public long PeakBytes => StatusBytes("VmHWM:");

    /// <summary>What the data folder takes, in allocated blocks.</summary>
    public long DiskBytes
    {
        get
        {
            using var du = Process.Start(new ProcessStartInfo("du", ["-s", "-B1", _folder])
            {
                RedirectStandardOutput = true,
            })!;
            string text = du.StandardOutput.ReadToEnd();
            du.WaitForExit();
            return long.Parse(text.Split('\t')[0], CultureInfo.InvariantCulture);
        }
    }

    public static async Task<MeasuredServer> StartAsync(
        ServerKind kind, string root, string[] more, ShortenedClock? clock = null)
    {
        string folder = Path.Combine(root, kind.ToString().ToLowerInvariant());
        Directory.CreateDirectory(folder);
        int port = FreePort();
        var (file, arguments, ready, write) = kind switch
        {
            ServerKind.Presage => (PresagePath(), (string[])[
                "serve", "--auth", "none", "--listen", $"127.0.0.1:{port}", "--data", folder, "--collect", "false",
                "--log.level", "warning", .. more], "/-/ready", "/api/v1/write"),
            ServerKind.VictoriaMetrics => ("victoria-metrics", [
                $"-storageDataPath={folder}", $"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=1",
                "-loggerLevel=ERROR"], "/health", "/api/v1/write"),
            _ => ("prometheus", [
                $"--config.file={PrometheusFile(folder)}", $"--storage.tsdb.path={folder}/data",
                $"--web.listen-address=127.0.0.1:{port}", "--enable-feature=remote-write-receiver",
                "--log.level=error"], "/-/ready", "/api/v1/write"),
        };
        if (kind == ServerKind.Presage && clock is not null)
        {
            (file, arguments) = clock.CommandOf(file, arguments);
        }

        var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var server = new MeasuredServer(kind.ToString(), process, port, folder, write);
        process.OutputDataReceived += (_, e) => server.Keep(e.Data);
        process.ErrorDataReceived += (_, e) => server.Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await server.ReadyAsync(ready);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a snappy body as Prometheus does.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> body, bool isLater = false)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.TryAddWithoutValidation(
            "Content-Type", "application/x-protobuf" + (isLater ? ";proto=io.prometheus.write.v2.Request" : ""));
        content.Headers.TryAddWithoutValidation("Content-Encoding", "snappy");
        using var request = new HttpRequestMessage(HttpMethod.Post, Write) { Content = content };
        request.Headers.TryAddWithoutValidation("X-Prometheus-Remote-Write-Version", isLater ? "2.0.0" : "0.1.0");
        request.Headers.TryAddWithoutValidation("User-Agent", "presage-bench");
        using var response = await Http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{Name} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Asks it to end and waits until it has.</summary>
    /// <exception cref="TimeoutException">It had not after some minutes, and was killed.</exception>
    public async Task StopAsync()
    {
        if (_process.HasExited)
        {
            return;
        }

        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        using var timeout = new CancellationTokenSource(StopMax);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Name} did not end within {StopMax} and was killed.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            Array.ForEach(_signals, static s => s.Dispose());
            Http.Dispose();
            _process.Dispose();
        }
    }

    /// <summary>This process is going to end by a signal: no server stays behind.</summary>
    void Kill(PosixSignalContext signal)
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    async Task ReadyAsync(string path)
    {
        var started = Stopwatch.StartNew();
        while (started.Elapsed < StartMax && !_process.HasExited)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri(Root, path));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        lock (_lastLines)
        {
            throw new InvalidOperationException($"{Name} does not start: {string.Join('\n', _lastLines)}");
        }
    }

    void Keep(string? line)
    {
        lock (_lastLines)
        {
            if (line is not null && _lastLines.Count < 50)
            {
                _lastLines.Add(line);
            }
        }
    }

    long StatusBytes(string name) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(static line => long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal),
            CultureInfo.InvariantCulture) * 1024)
        .FirstOrDefault();

    static string PrometheusFile(string folder)
    {
        string file = Path.Combine(folder, "prometheus.yml");
        File.WriteAllText(file, "global: {scrape_interval: 1m}\n");
        return file;
    }

    /// <summary>PRESAGE_SERVER, else what run.sh built and users run, else the Release build.</summary>
    static string PresagePath()
    {
        if (Environment.GetEnvironmentVariable("PRESAGE_SERVER") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        string[] built = ["build/server/presage", "src/Presage/bin/Release/net10.0/presage"];
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (built.Select(file => Path.Combine(folder.FullName, file)).FirstOrDefault(File.Exists) is { } path)
            {
                return path;
            }
        }

        throw new InvalidOperationException("Build the server first: ./run.sh version");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

enum ServerKind
{
    Presage,
    VictoriaMetrics,
    Prometheus,
}
