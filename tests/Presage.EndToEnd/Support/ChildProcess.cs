using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Presage.EndToEnd.Support;

/// <summary>A real program started for a test: its output is kept, and it never outlives the test.</summary>
sealed partial class ChildProcess : IAsyncDisposable
{
    readonly Process _process;
    readonly StringBuilder _output = new();

    ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>All that the program has printed so far.</summary>
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

    public static ChildProcess Start(string program, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.")
        );
    }

    /// <summary>Waits until the program has printed a line that matches.</summary>
    public async Task<Match> Printed(string pattern, TimeSpan limit)
    {
        var regex = new Regex(pattern, RegexOptions.Multiline);
        try
        {
            return await Eventually.Get(
                $"a line like {pattern}",
                limit,
                () =>
                {
                    var match = regex.Match(Output);
                    return _process.HasExited && !match.Success
                        ? throw new InvalidOperationException($"The program ended with {_process.ExitCode}:\n{Output}")
                        : Task.FromResult(match.Success ? match : null);
                }
            );
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} It printed:\n{Output}", e);
        }
    }

    /// <summary>Ends the program at once, as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the program to end (SIGTERM) and waits.</summary>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        if (!_process.HasExited)
        {
            Marshal.ThrowExceptionForHR(Kill(_process.Id, SigTerm));
            using var timeout = new CancellationTokenSource(limit);
            await _process.WaitForExitAsync(timeout.Token);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

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
