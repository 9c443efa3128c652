using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Agent;

static class Program
{
    const int Success = 0, UsageError = 2;

    static async Task<int> Main(string[] arguments)
    {
        // The build has one culture, but a variable of the environment can bring those of the machine back, whose
        // numbers have commas.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        if (!AgentArguments.TryParse(arguments, Environment.GetEnvironmentVariable, out var options, out string error))
        {
            return Fail(error);
        }

        switch (options.Action)
        {
            case AgentAction.PrintHelp:
                Console.Out.Write(AgentArguments.Help);
                return Success;
            case AgentAction.PrintVersion:
                Console.Out.WriteLine($"presage-agent {AgentVersion.Text}");
                return Success;
        }

        bool isJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;
        var logger = new ConsoleLogger(Console.Error, TimeProvider.System, isJournal);
        using var loop = new AgentLoop(options, TimeProvider.System, logger);
        if (options.Action == AgentAction.PrintOnce)
        {
            Print(loop);
            return Success;
        }

        Spool? spool = null;
        if (options.SpoolFolder is { } folder && !Spool.TryOpen(folder, options.SpoolBytesMax, out spool, out error))
        {
            return Fail(error);
        }

        using (spool)
        {
            ReportSpool(spool, logger);
            using var stop = new CancellationTokenSource();
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            await loop.RunAsync(spool, stop.Token);

            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Cancel();
            }
        }

        return Success;
    }

    static int Fail(string error)
    {
        Console.Error.WriteLine($"presage-agent: {error}");
        return UsageError;
    }

    static void Print(AgentLoop loop)
    {
        var batch = new SampleBatch();
        loop.Collectors.CollectInto(batch, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var text = new ArrayBufferWriter<byte>(64 * 1024);
        new ExpositionWriter(text).Batch(batch);
        using var output = Console.OpenStandardOutput();
        output.Write(text.WrittenSpan);
    }

    static void ReportSpool(Spool? spool, ConsoleLogger logger)
    {
        if (spool is { DamagedBytes: > 0 })
        {
            Log.SpoolDamaged(logger, spool.DamagedBytes);
        }

        if (spool is { IsEmpty: false })
        {
            Log.SpoolHolds(logger, spool.Count);
        }
    }
}
