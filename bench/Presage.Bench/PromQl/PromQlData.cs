using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Bench.PromQl;

/// <summary>
/// Writes 24 h of the same made-up fleet into the stores of all three servers: into Presage's in this process, into
/// the peers by remote write.
/// </summary>
static class PromQlData
{
    const int Hours = 24;
    const int RoundsPerBatch = 60;
    const int SeriesPerRequest = 2000;

    public static async Task<int> RunAsync(string folder, int hosts)
    {
        Directory.CreateDirectory(folder);
        var data = new FleetData(hosts);
        long step = FleetData.ScrapeSeconds * 1000L;
        // Beside whole minutes: no window of a query has a sample on its border, where versions differ.
        long now = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / step * step) - 4000;
        int rounds = Hours * 3600 / FleetData.ScrapeSeconds;
        var time = new BenchTime(DateTimeOffset.FromUnixTimeMilliseconds(now - (rounds * step)));
        var options = new StorageOptions { DataFolder = Path.Combine(folder, "presage") };
        Directory.CreateDirectory(options.DataFolder);
        using var prometheus = await Servers.PrometheusAsync(folder);
        using var victoria = await Servers.VictoriaAsync(folder);
        await using var store = SampleStore.Open(options, time, NullLogger.Instance);
        var batch = new SampleBatch();
        double[][] columns = new double[RoundsPerBatch][];
        for (int round = 0; round < rounds; round += RoundsPerBatch)
        {
            for (int i = 0; i < RoundsPerBatch; i++)
            {
                columns[i] = data.Next().ToArray();
            }

            long first = now - ((rounds - round - 1) * step);
            time.Advance(TimeSpan.FromMilliseconds(step * RoundsPerBatch));
            for (int from = 0; from < data.Count; from += SeriesPerRequest)
            {
                Fill(batch, data, columns, first, step, from, Math.Min(data.Count, from + SeriesPerRequest));
                var sends = Task.WhenAll(prometheus.WriteAsync(batch), victoria.WriteAsync(batch));
                var outcome = await store.AppendAsync(batch, CancellationToken.None);
                await sends;
                if (outcome.Rejected > 0)
                {
                    throw new InvalidOperationException($"samples were refused: {outcome.FirstRefusal}");
                }
            }

            if (round % 960 == 0)
            {
                Console.WriteLine($"{round * FleetData.ScrapeSeconds / 3600} h of {Hours} h written");
            }
        }

        await store.FlushAsync(CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder, "end"), $"{now}");
        Console.WriteLine($"{data.Count} series, {(long)data.Count * rounds} samples in each store");
        return 0;
    }

    static void Fill(
        SampleBatch batch, FleetData data, double[][] columns, long first, long step, int from, int to)
    {
        batch.Clear();
        for (int series = from; series < to; series++)
        {
            batch.AddSeries(data.Keys[series]);
            for (int i = 0; i < columns.Length; i++)
            {
                batch.AddSample(first + (i * step), columns[i][series]);
            }
        }
    }
}
