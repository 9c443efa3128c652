using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// CPU time per sample and memory per series of the store in-process (journal included, HTTP and decoding not): every
/// 15 s each series gets a sample; a request holds series of one host after the other, or all of them in no order.
/// </summary>
static class IngestBenchmark
{
    const int ScrapeSeconds = 15;
    const int Rounds = 240;

    public static async Task<int> RunAsync(string[] args)
    {
        string root = args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory("presage-ingest-").FullName;
        Console.WriteLine(
            $"{"hosts x series",-15} {"samples/request",15} {"CPU us/sample",13} {"B/series",9} {"head B/series",13} " +
            $"{"journal B/s.",12} {"block B/sample",14} {"replay s",9} {"flush s",8} {"reopen s",8}");
        foreach (var (hosts, series, shuffled) in ((int, int, bool)[])[
            (100, 1000, false), (1000, 200, false), (1000, 200, true)])
        {
            foreach (int perRequest in (int[])[5000, 350])
            {
                string folder = Path.Combine(root, $"{hosts}x{series}-{perRequest}");
                await MeasureAsync(folder, hosts, series, perRequest, shuffled);
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    static async Task MeasureAsync(
        string folder, int hosts, int seriesPerHost, int perRequest, bool shuffled)
    {
        int count = hosts * seriesPerHost;
        byte[][] keys = KeysOf(count, seriesPerHost, shuffled);
        var sources = new NodeSeries[count];
        for (int i = 0; i < count; i++)
        {
            sources[i] = new NodeSeries(i);
        }

        var time = new BenchTime(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));
        var options = new StorageOptions
        {
            DataFolder = folder,
            JournalSegmentBytesMax = 1 << 30,
            FlushOnClose = false,
        };
        var batch = new SampleBatch();
        double[] values = new double[count];
        long memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
        var store = SampleStore.Open(options, time, NullLogger.Instance);
        TimeSpan fill = default, all = default;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < count; i++)
            {
                values[i] = sources[i].Step(ScrapeSeconds, round * ScrapeSeconds);
            }

            long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            var clock = CpuClock.Start();
            Fill(batch, keys, values, nowMs, perRequest);
            fill += round > 0 ? clock.Elapsed : default;
            clock = CpuClock.Start();
            for (int from = 0; from < count; from += perRequest)
            {
                FillOne(batch, keys, values, nowMs, from, Math.Min(from + perRequest, count));
                await store.AppendAsync(batch, CancellationToken.None);
            }

            all += round > 0 ? clock.Elapsed : default;
            time.Advance(TimeSpan.FromSeconds(ScrapeSeconds));
        }

        long samples = (long)count * (Rounds - 1);
        long memory = GC.GetTotalMemory(forceFullCollection: true) - memoryBefore;
        var statistics = store.Statistics;
        await store.DisposeAsync();
        var replay = CpuClock.Start();
        store = SampleStore.Open(options, time, NullLogger.Instance);
        double replaySeconds = replay.Elapsed.TotalSeconds;
        var flush = CpuClock.Start();
        await store.FlushAsync(CancellationToken.None);
        double flushSeconds = flush.Elapsed.TotalSeconds;
        long blockBytes = store.Statistics.BlockBytes;
        await store.DisposeAsync();
        var reopen = CpuClock.Start();
        await using (var again = SampleStore.Open(options, time, NullLogger.Instance))
        {
            Console.WriteLine(
                $"{hosts + " x " + seriesPerHost + (shuffled ? " mixed" : ""),-17} {perRequest,13} " +
                $"{(all - fill).TotalMicroseconds / samples,13:0.000} " +
                $"{memory / count,9} {statistics.HeadBytes / count,13} " +
                $"{(double)statistics.JournalBytes / samples,12:0.00} " +
                $"{(double)blockBytes / ((long)count * Rounds),14:0.000} {replaySeconds,9:0.00} " +
                $"{flushSeconds,8:0.00} {reopen.Elapsed.TotalSeconds,8:0.00}");
        }
    }

    static void Fill(SampleBatch batch, byte[][] keys, double[] values, long nowMs, int perRequest)
    {
        for (int from = 0; from < keys.Length; from += perRequest)
        {
            FillOne(batch, keys, values, nowMs, from, Math.Min(from + perRequest, keys.Length));
        }
    }

    static void FillOne(SampleBatch batch, byte[][] keys, double[] values, long nowMs, int from, int to)
    {
        batch.Clear();
        for (int i = from; i < to; i++)
        {
            batch.AddSeries(keys[i]);
            batch.AddSample(nowMs, values[i]);
        }
    }

    static byte[][] KeysOf(int count, int seriesPerHost, bool shuffled)
    {
        // A prime step visits every series once, far from the one before.
        byte[][] keys = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            int series = shuffled ? (int)(i * 7_919L % count) : i;
            keys[i] = KeyOf(series / seriesPerHost, series % seriesPerHost);
        }

        return keys;
    }

    static byte[] KeyOf(int host, int series) => LabelSet.OfMetric(
        $"node_family_{series / 12}_seconds_total",
        new Label("instance", $"server-{host:D4}.example.net:9100"),
        new Label("job", "node"),
        new Label("cpu", $"{series % 4}"),
        new Label("mode", $"mode{series % 12}"),
        new Label("datacenter", "eu-1")).ToKey();
}
