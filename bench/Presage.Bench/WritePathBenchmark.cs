using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Protocols.Prometheus;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// Where the time of a write goes, without HTTP: the bodies of <c>ingest-http</c> decoded and appended by one thread of
/// this process. Least and middle of the rounds in ns a sample; of the first round, in which all series are new, the
/// time of the requests.
/// </summary>
static class WritePathBenchmark
{
    const int StepSeconds = 15;
    const double ChurnShare = 0.0009;

    public static async Task<int> RunAsync(string[] args)
    {
        string fleetText = args.ElementAtOrDefault(0) ?? "100x1000";
        int perRequest = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5000;
        bool shuffled = args.Length <= 2 || args[2] == "shuffled";
        int rounds = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 16;
        int[] size = [.. fleetText.Split('x').Select(static n => int.Parse(n, CultureInfo.InvariantCulture))];
        string folder = Directory.CreateTempSubdirectory("presage-write-path-").FullName;
        try
        {
            var fleet = new FleetSeries(size[0], size[1], ChurnShare);
            var store = SampleStore.Open(
                new StorageOptions { DataFolder = folder, FlushOnClose = false }, TimeProvider.System,
                NullLogger.Instance);
            long before = ProcessMemory.ResidentAnonymous();
            var times = await RoundsAsync(store, fleet, new PayloadBuilder(fleet, perRequest, shuffled), rounds);
            long after = ProcessMemory.ResidentAnonymous();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{fleetText} {perRequest} {(shuffled ? "shuffled" : "in order")}, ns a sample, least (median) of " +
                $"{rounds} rounds: decode {Describe(times.Decode)}, " +
                $"look up, journal, append {Describe(times.Append)}; " +
                $"head {store.Statistics.HeadBytes / fleet.Count} B/series, resident anonymous {after >> 20} MB " +
                $"({(after - before) >> 20} more), {ProcessMemory.HugePages() >> 20} MB of it in huge pages"));
            await store.DisposeAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    static async Task<(List<double> Decode, List<double> Append)> RoundsAsync(
        SampleStore store, FleetSeries fleet, PayloadBuilder payloads, int rounds)
    {
        var decoder = new RemoteWriteDecoder(new RemoteWriteLimits());
        var batch = new SampleBatch();
        List<double> decode = [], append = [];
        long startMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - (rounds * StepSeconds * 1000L);
        for (int round = 0; round < rounds; round++)
        {
            fleet.Step(StepSeconds, round * StepSeconds);
            var bodies = payloads.Build(startMs + ((long)round * StepSeconds * 1000));
            var requests = new List<double>(bodies.Count);
            int collections = GC.CollectionCount(2);
            TimeSpan pauses = GC.GetTotalPauseDuration();
            long decoding = 0, appending = 0;
            foreach (byte[] body in bodies)
            {
                long started = Stopwatch.GetTimestamp();
                if (!decoder.TryDecode(body, batch, out _, out var error))
                {
                    throw new InvalidOperationException(error.ToString());
                }

                long decoded = Stopwatch.GetTimestamp();
                await store.AppendAsync(batch, CancellationToken.None);
                long appended = Stopwatch.GetTimestamp();
                decoding += decoded - started;
                appending += appended - decoded;
                requests.Add(Stopwatch.GetElapsedTime(decoded, appended).TotalMilliseconds);
            }

            double each = 1e9 / Stopwatch.Frequency / fleet.Count;
            if (round == 0)
            {
                requests.Sort();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"new series: {appending * each / 1000:0.00} us each; request median " +
                    $"{requests[requests.Count / 2]:0.0} ms, p99 {requests[requests.Count * 99 / 100]:0.0}, most " +
                    $"{requests[^1]:0.0}; {GC.CollectionCount(2) - collections} full collections, " +
                    $"{(GC.GetTotalPauseDuration() - pauses).TotalMilliseconds:0} ms of pauses; " +
                    $"{bodies.Sum(static b => (long)b.Length) / fleet.Count} B a sample in the bodies"));
            }
            else
            {
                decode.Add(decoding * each);
                append.Add(appending * each);
            }
        }

        return (decode, append);
    }

    static string Describe(List<double> times)
    {
        times.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{times[0]:0} ({times[times.Count / 2]:0})");
    }
}
