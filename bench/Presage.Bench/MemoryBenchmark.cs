using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// Memory per active series over hours of its clock: every 15 s each series gets a sample, every hour the store flushes
/// as it does by itself. At the end disk, and the time to the first answer after a stop and after a crash.
/// </summary>
static class MemoryBenchmark
{
    const int PerRequest = 5000;
    const long StartMs = 1_800_000_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        int series = args.Length > 0 ? int.Parse(args[0]) : 100_000;
        double hours = args.Length > 1 ? double.Parse(args[1]) : 3;
        int scrapeSeconds = args.Length > 2 ? int.Parse(args[2]) : 15;
        int jitterMs = args.Length > 3 ? int.Parse(args[3]) : 0;
        bool keep = args.Length > 4;
        string folder = keep ? args[4] : Directory.CreateTempSubdirectory("presage-memory-").FullName;
        try
        {
            await MeasureAsync(folder, series, hours, scrapeSeconds, jitterMs);
        }
        finally
        {
            if (!keep)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    /// <summary>From opening to the first answer in a process that has done nothing before.</summary>
    public static async Task<int> StartAsync(string folder)
    {
        await StartAsync("in a fresh process", folder, TimeProvider.System);
        return 0;
    }

    static async Task MeasureAsync(string folder, int series, double hours, int scrapeSeconds, int jitterMs)
    {
        var fleet = new NodeFleet(series / 200, 200);
        var batch = new SampleBatch();
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(StartMs));
        var options = new StorageOptions { DataFolder = folder };
        long before = ProcessMemory.ResidentAnonymous();
        var store = SampleStore.Open(options, time, NullLogger.Instance);
        Console.WriteLine($"{series} series, a sample every {scrapeSeconds} s, jitter {jitterMs} ms");
        Console.WriteLine($"{"minute",6} {"B/series",9} {"head B/s.",10} {"MB peak",8} {"us/sample",10} {"blocks",7}");
        int rounds = (int)(hours * 3600 / scrapeSeconds);
        int report = Math.Max(1200 / scrapeSeconds, 1);
        long peak = 0;
        var clock = CpuClock.Start();
        for (int round = 1; round <= rounds; round++)
        {
            for (int from = 0; from < fleet.Count; from += PerRequest)
            {
                int to = Math.Min(from + PerRequest, fleet.Count);
                fleet.Fill(batch, from, to, time.GetUtcNow().ToUnixTimeMilliseconds(), scrapeSeconds, jitterMs);
                await store.AppendAsync(batch, CancellationToken.None);
            }

            time.Advance(TimeSpan.FromSeconds(scrapeSeconds));
            await BackgroundAsync(store, time);
            peak = Math.Max(peak, ProcessMemory.Read());
            if (round % report == 0 || round == rounds)
            {
                double each = clock.Elapsed.TotalMicroseconds / ((double)series * Math.Min(round, report));
                long used = ProcessMemory.ResidentAnonymous() - before;
                Console.WriteLine(
                    $"{round * scrapeSeconds / 60,6} {used / series,9} {store.Statistics.HeadBytes / series,10} " +
                    $"{(peak - before) >> 20,8} {each,10:0.000} {store.Statistics.Blocks,7}");
                clock = CpuClock.Start();
            }
        }

        string crashed = folder + "/crashed";
        CopyFolder(folder, crashed);
        var stop = CpuClock.Start();
        await store.DisposeAsync();
        long bytes = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(crashed, StringComparison.Ordinal)).Sum(f => new FileInfo(f).Length);
        Console.WriteLine(
            $"stop {stop.Elapsed.TotalSeconds:0.00} CPU s; folder {bytes >> 20} MB, " +
            $"{(double)bytes / ((double)series * rounds):0.000} B/sample");
        await StartAsync("after a stop", folder, time);
        await StartAsync("after a crash", crashed, time);
    }

    /// <summary>
    /// Waits for the flush or merge that is due: the clock runs far ahead of the real one, and hours would pass while
    /// it runs.
    /// </summary>
    static async Task BackgroundAsync(SampleStore store, TimeProvider time)
    {
        const long MinuteMs = 60_000, HourMs = 60 * MinuteMs, DayMs = 24 * HourMs;
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        long hourMs = nowMs - (nowMs % HourMs), dayMs = nowMs - (nowMs % DayMs);
        bool flushDue = nowMs - hourMs >= 7 * MinuteMs && hourMs > StartMs;
        bool mergeDue = nowMs - dayMs >= (3 * HourMs) + (9 * MinuteMs) && dayMs > StartMs;
        while ((flushDue && !(store.Statistics.LastFlushMs >= hourMs)) ||
            (mergeDue && !store.Files.Any(static f => f.Kind == "raw, merged")))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    static async Task StartAsync(string name, string folder, TimeProvider time)
    {
        var clock = CpuClock.Start();
        long wall = TimeProvider.System.GetTimestamp();
        await using var store = SampleStore.Open(
            new StorageOptions { DataFolder = folder, FlushOnClose = false }, time, NullLogger.Instance);
        double open = TimeProvider.System.GetElapsedTime(wall).TotalSeconds;
        var columns = new SampleColumns();
        var range = new TimeRange(0, long.MaxValue);
        var matchers = new[]
        {
            new LabelMatcher("__name__", MatchOperator.Equal, "node_family_1_seconds_total"),
            new LabelMatcher("instance", MatchOperator.Equal, "server-0007.example.net:9100"),
        };
        foreach (var series in store.Select(matchers, range))
        {
            series.Read(range, columns);
        }

        double first = TimeProvider.System.GetElapsedTime(wall).TotalSeconds;
        Console.WriteLine(
            $"start {name}: open {open:0.000} s, first answer {first:0.000} s " +
            $"({clock.Elapsed.TotalSeconds:0.00} CPU s), {columns.Count} samples in it, " +
            $"{store.Statistics.SamplesReplayed} replayed, {store.Statistics.Blocks} blocks");
    }

    static void CopyFolder(string from, string to)
    {
        foreach (string sub in (string[])["journal", "blocks"])
        {
            Directory.CreateDirectory(Path.Combine(to, sub));
            foreach (string file in Directory.EnumerateFiles(Path.Combine(from, sub)))
            {
                using var source = new FileStream(
                    file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var target = File.Create(Path.Combine(to, sub, Path.GetFileName(file)));
                source.CopyTo(target);
                target.Flush(flushToDisk: true);
            }
        }
    }
}
