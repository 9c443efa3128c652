using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Presage.Simulation;

/// <summary>The real server as a child process, to be killed.</summary>
sealed partial class ServerProcess : IDisposable
{
    const int SigTerm = 15;

    readonly Process _process;
    readonly TimeSpan _patience;
    readonly StringBuilder _output = new();

    ServerProcess(Process process, int port, TimeSpan patience)
    {
        _process = process;
        _patience = patience;
        Client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = patience,
        };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Client { get; }

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it; it need not be ready yet.</summary>
    /// <param name="server">The executable, or its dll.</param>
    /// <param name="data">Its data folder.</param>
    /// <param name="patience">How long it may take to start, and to answer.</param>
    public static ServerProcess Start(string server, string data, TimeSpan patience)
    {
        int port = FreePort();
        string[] arguments =
        [
            "serve", "--data", data, "--listen", $"127.0.0.1:{port}", "--auth", "none", "--collect", "off",
        ];
        var start = server.EndsWith(".dll", StringComparison.Ordinal)
            ? new ProcessStartInfo("dotnet", [server, .. arguments])
            : new ProcessStartInfo(server, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        return new ServerProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{server} did not start."), port, patience);
    }

    /// <summary>Waits until it answers.</summary>
    public async Task ReadyAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
            {
                throw new SimulationFailedException($"The server does not start:\n{Output}");
            }

            if (waited.Elapsed > _patience)
            {
                throw new SimulationFailedException(
                    $"The server does not start within {_patience.TotalSeconds:0} s (--patience):\n{Output}");
            }

            try
            {
                using var response = await Client.GetAsync(new Uri("/-/ready", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM).</summary>
    public void AskToStop() => _ = Signal(_process.Id, SigTerm);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        Client.Dispose();
        _process.Dispose();
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int processId, int signal);

    void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
