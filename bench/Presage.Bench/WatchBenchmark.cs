using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Query;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Bench;

/// <summary>
/// What watching a fleet costs beside storing it: the store, the state file and the watcher in one process, on a clock
/// that the benchmark moves. CPU time per host and turn, garbage, and memory per host with watching and without.
/// </summary>
static class WatchBenchmark
{
    const string Usage = "Usage: watch [HOSTSxSERIES, 1000x200] [--every 10] [--rounds 240] [--off]";

    public static async Task<int> RunAsync(string[] args)
    {
        int hosts = 1_000, series = 200, every = 10, rounds = 240;
        bool isWatching = true;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--every":
                    every = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--rounds":
                    rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--off":
                    isWatching = false;
                    break;
                case [>= '0' and <= '9', ..] size:
                    int at = size.IndexOf('x', StringComparison.Ordinal);
                    hosts = int.Parse(size[..at], CultureInfo.InvariantCulture);
                    series = int.Parse(size[(at + 1)..], CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        string folder = Directory.CreateTempSubdirectory("presage-bench-").FullName;
        try
        {
            await RunAsync(folder, new FleetSeries(hosts, series, 0), hosts, every, rounds, isWatching);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    static async Task RunAsync(
        string folder, FleetSeries fleet, int hosts, int every, int rounds, bool isWatching)
    {
        var time = new BenchTime(new DateTimeOffset(2026, 11, 2, 8, 0, 0, TimeSpan.Zero));
        using var state = StateDatabase.Open(folder);
        var registry = new HostRegistry(state, time);
        var options = new StorageOptions { DataFolder = Path.Combine(folder, "samples"), Observer = registry };
        long before = ProcessMemory.ResidentAnonymous();
        await using var store = SampleStore.Open(options, time, NullLogger.Instance);
        var watched = new WatchedStore(store);
        var watcher = Watch();
        var batch = new SampleBatch();
        int perHost = fleet.Count / hosts;
        Console.WriteLine(
            $"{"round",6} {"us/host",8} {"garbage B/host",15} {"us/sample",10} {"kB/host",8} {"series",9}");
        double watching = 0, storing = 0;
        long garbage = 0;
        int reportEvery = Math.Max(1, rounds / 8), counted = 0;
        for (int round = 1; round <= rounds; round++)
        {
            time.Advance(TimeSpan.FromSeconds(every));
            long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            fleet.Step(every, nowMs / 1000 % 86_400);
            var clock = CpuClock.Start();
            for (int from = 0; from < fleet.Count; from += 25 * perHost)
            {
                batch.Clear();
                for (int i = from; i < Math.Min(fleet.Count, from + (25 * perHost)); i++)
                {
                    // Each host has its own moment within the interval.
                    fleet.AddTo(batch, i, nowMs - (1000L * every) + (1 + (i / perHost * 7 % (1000L * every))));
                }

                await store.AppendAsync(batch, CancellationToken.None);
            }

            storing += clock.Elapsed.TotalMicroseconds;
            if (isWatching)
            {
                long allocated = GC.GetTotalAllocatedBytes();
                clock = CpuClock.Start();
                await watcher.TurnAsync(CancellationToken.None);
                watching += clock.Elapsed.TotalMicroseconds;
                garbage += GC.GetTotalAllocatedBytes() - allocated;
            }

            counted++;
            if (round % reportEvery == 0)
            {
                double kilobytes = (ProcessMemory.ResidentAnonymous() - before) / 1000.0 / hosts;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{round,6} {watching / counted / hosts,8:0.0} {garbage / counted / hosts,15:#,0} " +
                    $"{storing / counted / fleet.Count,10:0.000} {kilobytes,8:0.0} {store.Statistics.SeriesActive,9}"));
                (watching, storing, garbage, counted) = (0, 0, 0, 0);
            }
        }

        if (isWatching)
        {
            await RestartAsync(watcher, Watch, time, fleet, hosts);
        }

        Watcher Watch() => new(
            watched, new PromQlEngine(new QueryLimits()), VitalCatalogue.Default, registry, state, time,
            NullLogger.Instance)
        {
            Series = isWatching ? new SeriesWatching(store, folder, NullLogger.Instance) : null,
        };
    }

    /// <summary>Saves all that was learned and tells how long another watcher takes to take it up.</summary>
    static async Task RestartAsync(Watcher watcher, Func<Watcher> watch, BenchTime time, FleetSeries fleet, int hosts)
    {
        watcher.Save();
        watcher.Series!.Save(time.GetUtcNow().ToUnixTimeMilliseconds(), isStopping: true);
        long startedAt = Stopwatch.GetTimestamp();
        var again = watch();
        var read = Stopwatch.GetElapsedTime(startedAt);
        time.Advance(TimeSpan.FromSeconds(1));
        await again.TurnAsync(CancellationToken.None);
        var all = Stopwatch.GetElapsedTime(startedAt);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"restart: {fleet.Count:#,0} series' states read in {read.TotalSeconds:0.00} s, all models of " +
            $"{hosts:#,0} hosts restored and a first turn made after {all.TotalSeconds:0.00} s"));
    }
}
