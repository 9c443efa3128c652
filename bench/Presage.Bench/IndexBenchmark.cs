using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// A folder with millions of series: time to open it, memory, and how long matchers take: equal, pattern, negative,
/// label names and values.
/// </summary>
static class IndexBenchmark
{
    const int SeriesPerHost = 1000;
    const long DayMs = 86_400_000;
    const long Start = 1_800_000_000_000 - (1_800_000_000_000 % DayMs);

    public static async Task<int> RunAsync(string[] args)
    {
        int count = args.Length > 0 ? int.Parse(args[0]) : 1_000_000;
        string folder = args.Length > 1 ? args[1] : Directory.CreateTempSubdirectory("presage-index-").FullName;
        var time = new BenchTime(DateTimeOffset.FromUnixTimeMilliseconds(Start + (30 * 3_600_000)));
        var options = new StorageOptions { DataFolder = folder, SeriesMax = 10_000_000 };
        if (!Directory.Exists(Path.Combine(folder, "blocks")))
        {
            var clock = CpuClock.Start();
            await using var filled = SampleStore.Open(options, time, NullLogger.Instance);
            await FillAsync(filled, count);
            await filled.CareNowAsync(CancellationToken.None);
            Console.WriteLine($"{count} series written and merged in {clock.Elapsed.TotalSeconds:0.0} CPU s, " +
                $"{filled.Statistics.DiskBytes / (double)count:0.0} bytes a series");
        }

        GC.Collect();
        long before = Environment.WorkingSet, heap = GC.GetTotalMemory(forceFullCollection: true);
        long started = Stopwatch.GetTimestamp();
        await using (var store = SampleStore.Open(options, time, NullLogger.Instance))
        {
            Console.WriteLine($"opened in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0} ms, " +
                $"{(GC.GetTotalMemory(true) - heap) >> 10} KiB of heap");
            Measure(store);
            Console.WriteLine(
                $"heap {(GC.GetTotalMemory(true) - heap) >> 20} MiB, " +
                $"working set +{(Environment.WorkingSet - before) >> 20} MiB (mapped files included)");
        }

        await MeasureHeadAsync(count, time);
        if (args.Length < 2)
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    /// <summary>Counting what active series are made of: all of them are walked.</summary>
    static async Task MeasureHeadAsync(int count, BenchTime time)
    {
        string folder = Directory.CreateTempSubdirectory("presage-head-").FullName;
        var options = new StorageOptions
        {
            DataFolder = folder,
            SeriesMax = 10_000_000,
            SeriesPerHostMax = 1_000_000,
            FlushOnClose = false,
        };
        await using (var store = SampleStore.Open(options, time, NullLogger.Instance))
        {
            var batch = new SampleBatch();
            long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            for (int i = 0; i < count; i++)
            {
                batch.AddSeries(KeyOf(i));
                batch.AddSample(nowMs, i);
                if (batch.SeriesCount == 5_000 || i == count - 1)
                {
                    await store.AppendAsync(batch, CancellationToken.None);
                    batch.Clear();
                }
            }

            var clock = CpuClock.Start();
            long started = Stopwatch.GetTimestamp(), allocated = GC.GetTotalAllocatedBytes();
            int metrics = store.CountSeries(10).Metrics.Count;
            Console.WriteLine(
                $"cardinality of {store.Statistics.SeriesActive} active series: " +
                $"{Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms, " +
                $"{clock.Elapsed.TotalSeconds:0.00} CPU s, " +
                $"{(GC.GetTotalAllocatedBytes() - allocated) >> 20} MiB allocated, {metrics} shown");
        }

        Directory.Delete(folder, recursive: true);
    }

    static void Measure(SampleStore store)
    {
        var always = new TimeRange(Start, Start + DayMs - 1);
        Report("equal, one series", () => store.Select(
            [M("instance", MatchOperator.Equal, "server-00007:9100"), M("__name__", MatchOperator.Equal, "metric_77")],
            always).Count);
        Report("equal, one metric of all hosts", () => store.Select(
            [M("__name__", MatchOperator.Equal, "metric_77")], always).Count);
        Report("pattern on 1000 values, one metric", () => store.Select(
            [M("__name__", MatchOperator.Equal, "metric_77"),
                M("instance", MatchOperator.RegexMatch, "server-.*7:9100")], always).Count);
        Report("negative pattern, one metric", () => store.Select(
            [M("__name__", MatchOperator.Equal, "metric_77"),
                M("instance", MatchOperator.RegexNoMatch, "server-0000.:9100")], always).Count);
        Report("not equal, one host", () => store.Select(
            [M("instance", MatchOperator.Equal, "server-00007:9100"), M("device", MatchOperator.NotEqual, "sda3")],
            always).Count);
        Report("label names", () => store.LabelNames([], always).Count);
        Report("values of instance", () => store.LabelValues("instance", [], always).Count);
        Report("values of device of one metric", () => store.LabelValues(
            "device", [M("__name__", MatchOperator.Equal, "metric_77")], always).Count);
        Report("values of __name__ of one host", () => store.LabelValues(
            "__name__", [M("instance", MatchOperator.Equal, "server-00007:9100")], always).Count);
    }

    static void Report(string title, Func<int> run)
    {
        int count = run();
        double[] times = new double[11];
        for (int i = 0; i < times.Length; i++)
        {
            long started = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine($"  {title,-38} {times[5],9:0.000} ms   {count} found");
    }

    static async Task FillAsync(SampleStore store, int count)
    {
        await using var backfill = store.BeginBackfill();
        var batch = new SampleBatch();
        for (int i = 0; i < count; i++)
        {
            batch.Clear();
            batch.AddSeries(KeyOf(i));
            for (int s = 0; s < 3; s++)
            {
                batch.AddSample(Start + (s * 15_000), i + s);
            }

            backfill.Append(batch);
        }

        await backfill.CompleteAsync(CancellationToken.None);
    }

    static byte[] KeyOf(int i) => LabelSet.OfMetric(
        $"metric_{i % SeriesPerHost}", new Label("instance", $"server-{i / SeriesPerHost:D5}:9100"),
        new Label("job", "node"), new Label("device", $"sda{i % SeriesPerHost % 16}")).ToKey();

    static LabelMatcher M(string name, MatchOperator sign, string value) => new(name, sign, value);
}
