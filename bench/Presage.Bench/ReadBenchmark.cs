using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// Reads as a dashboard does, in process: one series over a day of raw samples, a thousand series over an hour, from
/// hourly blocks, from a merged day, and as roll-ups. Medians; selecting (labels) and reading (samples) apart.
/// </summary>
static class ReadBenchmark
{
    const int SeriesPerHost = 100;
    const int ScrapeSeconds = 15;
    const long DayMs = 86_400_000;
    const long Start = 1_800_000_000_000 - (1_800_000_000_000 % DayMs);

    static int Hosts { get; set; } = 20;

    public static async Task<int> RunAsync(string[] args)
    {
        Hosts = args.Length > 0 ? int.Parse(args[0]) : Hosts;
        string folder = Directory.CreateTempSubdirectory("presage-read-").FullName;
        var time = new BenchTime(DateTimeOffset.FromUnixTimeMilliseconds(Start));
        var options = new StorageOptions { DataFolder = folder };
        await using (var store = SampleStore.Open(options, time, NullLogger.Instance))
        {
            await FillAsync(store, time);
            Console.WriteLine($"{Hosts * SeriesPerHost} series, a day at {ScrapeSeconds} s, " +
                $"{store.Statistics.BlockBytes / (double)(Hosts * SeriesPerHost * 5760):0.000} bytes a sample");
            Measure("compiling", store);
            Measure($"{store.Statistics.Blocks} blocks, not merged", store);
        }

        await MeasureColdAsync(options, time);
        await MeasureColdAsync(options, time);
        time.Advance(TimeSpan.FromMinutes(8));
        await MergeAsync("four hours each", options, time);
        time.Advance(TimeSpan.FromHours(6));
        await MergeAsync("a day", options, time);
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    static async Task MergeAsync(string title, StorageOptions options, BenchTime time)
    {
        await using (var store = SampleStore.Open(options, time, NullLogger.Instance))
        {
            var clock = CpuClock.Start();
            await store.CareNowAsync(CancellationToken.None);
            double samples = Hosts * SeriesPerHost * 5760.0;
            Console.WriteLine($"merged to {title} in {clock.Elapsed.TotalSeconds:0.00} CPU s " +
                $"({clock.Elapsed.TotalNanoseconds / samples:0.0} ns a sample): " +
                $"raw {store.Statistics.BlockBytes / samples:0.000}, " +
                $"roll-ups {store.Statistics.RollupBytes / samples:0.000} bytes a sample");
            Measure($"{store.Statistics.Blocks} blocks, of {title}", store);
        }

        await MeasureColdAsync(options, time);
    }

    /// <summary>The first question to a store just opened: files mapped anew, nothing unpacked.</summary>
    static async Task MeasureColdAsync(StorageOptions options, BenchTime time)
    {
        var day = new TimeRange(Start, Start + DayMs - 1);
        var columns = new SampleColumns();
        const int Rounds = 20;
        double[] times = new double[Rounds];
        double[] again = new double[Rounds];
        for (int host = 0; host < Rounds; host++)
        {
            await using var store = SampleStore.Open(options, time, NullLogger.Instance);
            long started = Stopwatch.GetTimestamp();
            ReadAll(store.Select([Of(host), Name(42)], day), day, columns);
            times[host] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            started = Stopwatch.GetTimestamp();
            ReadAll(store.Select([Of((host + 10) % Rounds), Name(42)], day), day, columns);
            again[host] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        Array.Sort(again);
        Console.WriteLine($"  one series x 24 h, just opened: {times[Rounds / 2]:0} us (best {times[0]:0}); " +
            $"then one of another host: {again[Rounds / 2]:0} us (best {again[0]:0})");
    }

    static void Measure(string title, SampleStore store)
    {
        var day = new TimeRange(Start, Start + DayMs - 1);
        var hour = new TimeRange(Start + (10 * 3_600_000), Start + (11 * 3_600_000) - 1);
        var columns = new SampleColumns();
        var thousand = new LabelMatcher("instance", MatchOperator.RegexMatch, "server-000[0-9].*");
        Console.WriteLine(title);
        long read = 0;
        var one = store.Select([Of(7), Name(42)], day);
        int next = 0;
        var host = store.Select([Of(7)], day);
        Report("  one series x 24 h, read", () => read = ReadAll([host[next++ % host.Count]], day, columns));
        Console.WriteLine($"    {read} samples; one after the other of a host");
        Report("  the same series again", () => read = ReadAll(one, day, columns));
        Report("  one series x 24 h, select and read", () =>
            ReadAll(store.Select([Of(7), Name(42)], day), day, columns));
        var many = store.Select([thousand], hour);
        Report($"  {many.Count} series x 1 h, read", () => read = ReadAll(many, hour, columns));
        Console.WriteLine($"    {read} samples");
        Report($"  {many.Count} series x 1 h, select", () => store.Select([thousand], hour));
        var buckets = new RollupColumns();
        Report("  one series x 24 h of 5 min roll-ups", () =>
        {
            buckets.Clear();
            foreach (var series in store.SelectRollups([Of(7), Name(42)], day, RollupTier.FiveMinutes))
            {
                series.Read(day, buckets);
            }
        });
    }

    static long ReadAll(IReadOnlyList<ISampleSeries> series, TimeRange range, SampleColumns columns)
    {
        long count = 0;
        foreach (var one in series)
        {
            columns.Clear();
            one.Read(range, columns);
            count += columns.Count;
        }

        return count;
    }

    static void Report(string title, Action run)
    {
        const int Rounds = 101;
        double[] times = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long started = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        double first = times[0];
        Array.Sort(times);
        Console.WriteLine($"{title,-42} {times[Rounds / 2],10:0.0} us (first {first:0.0})");
    }

    /// <summary>A day as it comes: scrape by scrape, a block an hour.</summary>
    static async Task FillAsync(SampleStore store, BenchTime time)
    {
        var sources = new NodeSeries[Hosts * SeriesPerHost];
        byte[][] keys = new byte[sources.Length][];
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = new NodeSeries(i);
            keys[i] = LabelSet.OfMetric(
                $"node_metric_{i % SeriesPerHost}", new Label("instance", $"server-{i / SeriesPerHost:D4}:9100"),
                new Label("job", "node"), new Label("datacenter", "eu-1")).ToKey();
        }

        var batch = new SampleBatch();
        for (int s = 0; s < 86_400; s += ScrapeSeconds)
        {
            if (s % 3600 == 0 && s > 0)
            {
                await store.FlushAsync(CancellationToken.None);
            }

            batch.Clear();
            for (int i = 0; i < sources.Length; i++)
            {
                batch.AddSeries(keys[i]);
                batch.AddSample(Start + (s * 1000L), sources[i].Step(ScrapeSeconds, s));
            }

            time.Advance(TimeSpan.FromSeconds(ScrapeSeconds));
            await store.AppendAsync(batch, CancellationToken.None);
        }

        await store.FlushAsync(CancellationToken.None);
    }

    static LabelMatcher Of(int host) => new("instance", MatchOperator.Equal, $"server-{host:D4}:9100");

    static LabelMatcher Name(int metric) => new(LabelNames.MetricName, MatchOperator.Equal, $"node_metric_{metric}");
}
