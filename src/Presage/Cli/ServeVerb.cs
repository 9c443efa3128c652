using System.Diagnostics;
using Presage.Api;
using Presage.Configuration;

namespace Presage.Cli;

/// <summary><c>presage serve</c>: runs until Ctrl-C or SIGTERM.</summary>
static class ServeVerb
{
    public static Task<int> RunAsync(
        Func<PresageOptions> configure, TimeProvider time, CancellationToken cancellationToken) =>
        Failure.GuardAsync(async () =>
        {
            var options = configure();
            Console.Out.WriteLine($"Presage {PresageVersion.Text} starting: data in {Path.GetFullPath(options.Data)}");
            var started = Stopwatch.StartNew();
            Priority.RaiseWherePermitted();
            await using (var server = await PresageServer.StartAsync(
                options, time, logging => Logging(logging, options), cancellationToken))
            {
                Announce(server, options, started.Elapsed);
                await Stopped(cancellationToken);
                Console.Out.WriteLine("Presage is stopping.");
            }

            Console.Out.WriteLine("Presage has stopped.");
            return 0;
        });

    static void Announce(PresageServer server, PresageOptions options, TimeSpan took)
    {
        Console.Out.WriteLine($"Presage is ready after {took.TotalSeconds:0.0} s: {server.Listening.LocalText}");
        if (options.Auth == AuthenticationMode.None)
        {
            Console.Out.WriteLine(
                "  Sign-in is off (auth: none): anyone on this machine can see and change everything.");
        }

        if (server.SetupLink is { } link)
        {
            Console.Out.WriteLine($"  No administrator exists yet. Create one by this link; it works once:\n  {link}");
        }

        if (server.Listening.WaitsForAdministrator)
        {
            Console.Out.WriteLine(
                $"  Until then only this machine can reach it; {options.Listen} opens when that is done.");
        }
    }

    static void Logging(ILoggingBuilder logging, PresageOptions options)
    {
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A failed start is told by the verb.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Where this logger is on, every request gets an activity and a scope; what it says is said by the edge.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
    }

    static async Task Stopped(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(stopped.SetResult))
        {
            await stopped.Task;
        }
    }
}
