using System.Globalization;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Bench;

/// <summary>
/// The same remote-write requests for Presage, VictoriaMetrics and Prometheus in turn, round by round: CPU time of the
/// server processes per sample, resident memory per series, disk per sample after a clean stop.
/// </summary>
static class IngestHttpBenchmark
{
    const int StepSeconds = 15;

    /// <summary>A million of 200,000 series in a day of rounds.</summary>
    const double ChurnShare = 0.0009;
    const int Senders = 2;
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] args)
    {
        if (!IngestHttpOptions.TryRead(args, out var options))
        {
            Console.Error.WriteLine(IngestHttpOptions.Usage);
            return 2;
        }

        Console.WriteLine(
            $"{"hosts x series",-15} {"per req",8} {"order",9} {"server",-16} {"CPU us/sample",13} {"ratio",6} " +
            $"{"first us",9} {"RSS MB",8} {"B/series",9} {"ratio",6} {"disk B/sample",13} {"ratio",6}");
        foreach (var (hosts, series) in options.Fleets)
        {
            foreach (int perRequest in options.PerRequest)
            {
                foreach (bool shuffled in options.Shuffled)
                {
                    await MeasureAsync(options, hosts, series, perRequest, shuffled);
                }
            }
        }

        return 0;
    }

    static async Task MeasureAsync(IngestHttpOptions options, int hosts, int series, int perRequest, bool shuffled)
    {
        string root = Directory.CreateTempSubdirectory("presage-bench-").FullName;
        var servers = new List<MeasuredServer>();
        try
        {
            foreach (var kind in options.Servers)
            {
                servers.Add(await MeasuredServer.StartAsync(kind, root, options.PresageArguments));
            }

            var figures = servers.ConvertAll(static s => new ServerFigures(s, s.ResidentBytes));
            var fleet = new FleetSeries(hosts, series, ChurnShare);
            await SendRoundsAsync(options, fleet, perRequest, shuffled, figures);
            long steady = (long)fleet.Count * (options.Rounds - options.WarmUp);
            foreach (var figure in figures)
            {
                await figure.FinishAsync(steady, fleet.Count, (long)fleet.Count * options.Rounds);
            }

            var own = figures[0];
            foreach (var figure in figures)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{hosts + " x " + series,-15} {perRequest,8} {(shuffled ? "shuffled" : "in order"),9} " +
                    $"{figure.Server.Name,-16} {figure.CpuMicroseconds,13:0.000} " +
                    $"{figure.CpuMicroseconds / own.CpuMicroseconds,6:0.0} {figure.FirstMicroseconds,9:0.00} " +
                    $"{figure.ResidentBytes / 1e6,8:0} {figure.BytesPerSeries,9:0} " +
                    $"{figure.BytesPerSeries / own.BytesPerSeries,6:0.0} {figure.DiskBytesPerSample,13:0.00} " +
                    $"{figure.DiskBytesPerSample / own.DiskBytesPerSample,6:0.0}"));
            }
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            Directory.Delete(root, recursive: true);
        }
    }

    static async Task SendRoundsAsync(
        IngestHttpOptions options, FleetSeries fleet, int perRequest, bool shuffled, List<ServerFigures> figures)
    {
        var payloads = new PayloadBuilder(fleet, perRequest, shuffled, options.IsLater);
        var started = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(options.Rounds * StepSeconds);
        long startMs = started.ToUnixTimeMilliseconds();
        for (int round = 0; round < options.Rounds; round++)
        {
            fleet.Step(StepSeconds, round * StepSeconds);
            var bodies = payloads.Build(startMs + ((long)round * StepSeconds * 1000));
            foreach (var figure in figures)
            {
                await SendAsync(figure.Server, bodies, options.IsLater);
            }

            if (round == 0)
            {
                await Task.Delay(Settle, TimeProvider.System);
                figures.ForEach(static f => f.FirstRoundDone());
            }

            if (round == options.WarmUp - 1)
            {
                await Task.Delay(Settle, TimeProvider.System);
                figures.ForEach(static f => f.WarmedUp());
            }
        }

        await Task.Delay(Settle, TimeProvider.System);
    }

    static Task SendAsync(MeasuredServer server, List<byte[]> bodies, bool isLater)
    {
        int next = -1;
        return Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < bodies.Count;)
            {
                await server.SendAsync(bodies[i], isLater);
            }
        }));
    }
}
