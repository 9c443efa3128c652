using System.Diagnostics;
using System.Globalization;

namespace Presage.Bench;

/// <summary>
/// A fleet that sends as long as it is told to, at its own pace: 10,000 hosts of 200 series every 10 s are 200,000
/// samples a second. Queries run beside it. Says what share of the machine the server takes, how long answers to
/// writes and queries take, and how memory goes. A shortened clock brings the hourly flush and the daily merge into
/// the run: the fleet then sends as many samples a second, spaced wider.
/// </summary>
static class SustainedBenchmark
{
    const string Usage =
        "Usage: sustained [--fleet 10000x200] [--every 10] [--minutes 30] [--per-request 5000] [--speed 1] " +
        "[--start 2026-11-02T20:40] [-- FLAGS OF serve]";

    static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(30);

    static readonly string[] Queries =
    [
        "node_load1{instance=\"server-00017.example.net:9100\"}",
        "sum(rate(node_cpu_seconds_total{instance=\"server-00042.example.net:9100\",mode!=\"idle\"}[5m]))",
        "topk(5, node_load1)",
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        int hosts = 10_000, series = 200, every = 10, perRequest = 5_000;
        double minutes = 30;
        var clock = new ShortenedClock(1, "2026-11-02T20:40");
        string[] more = [];
        for (int i = 0; i < args.Length; i += 2)
        {
            if (args[i] == "--")
            {
                more = args[(i + 1)..];
                break;
            }

            double[] values = args[i] == "--start"
                ? []
                : [.. args[i + 1].Split('x').Select(static n => double.Parse(n, CultureInfo.InvariantCulture))];
            int[] numbers = [.. values.Select(static v => (int)v)];
            switch (args[i])
            {
                case "--fleet":
                    (hosts, series) = (numbers[0], numbers[1]);
                    break;
                case "--every":
                    every = numbers[0];
                    break;
                case "--minutes":
                    minutes = values[0];
                    break;
                case "--per-request":
                    perRequest = numbers[0];
                    break;
                case "--speed":
                    clock = clock with { Speed = numbers[0] };
                    break;
                case "--start":
                    clock = clock with { Start = args[i + 1] };
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        string root = Directory.CreateTempSubdirectory("presage-bench-").FullName;
        try
        {
            await using var server = await MeasuredServer.StartAsync(ServerKind.Presage, root, more, clock);
            await clock.SynchronizeAsync(server);
            await SendAsync(server, clock, new FleetSeries(hosts, series, 0.0001), every, minutes, perRequest);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    static async Task SendAsync(
        MeasuredServer server, ShortenedClock serverClock, FleetSeries fleet, int every, double minutes, int perRequest)
    {
        var clock = Stopwatch.StartNew();
        long beganMs = serverClock.NowMs;
        var payloads = new PayloadBuilder(fleet, perRequest, shuffled: false);
        using var stop = new CancellationTokenSource();
        var queries = new AnswerTimes();
        var asking = AskAsync(server, queries, stop.Token);
        var writes = new AnswerTimes();
        var reported = TimeSpan.Zero;
        double cpu = server.CpuSeconds;
        long sent = 0, sentBefore = 0;
        Console.WriteLine(
            $"{"minute",6} {"clock",6} {"samples/s",10} {"machine",8} {"write p50 ms",12} {"p99",7} {"max",7} " +
            $"{"query p50 ms",12} {"p99",7} {"max",7} {"RSS MB",7} {"anonymous",9} {"disk MB",8}");
        int requests = (fleet.Count + perRequest - 1) / perRequest;
        for (int round = 0; clock.Elapsed < TimeSpan.FromMinutes(minutes); round++)
        {
            fleet.Step(every * serverClock.Speed, round * every * serverClock.Speed);
            for (int i = 0; i < requests; i++)
            {
                // Each host has its own moment within the interval: requests are spread over it.
                var due = TimeSpan.FromSeconds((round + ((double)i / requests)) * every);
                int from = i * perRequest, to = Math.Min(from + perRequest, fleet.Count);
                if (due > clock.Elapsed)
                {
                    await Task.Delay(due - clock.Elapsed, TimeProvider.System);
                }

                // As Prometheus does, a scrape bears the moment it was due at.
                byte[] body = payloads.BuildOne(
                    from, to, beganMs + (long)(due.TotalMilliseconds * serverClock.Speed));
                var started = clock.Elapsed;
                await server.SendAsync(body);
                writes.Add(clock.Elapsed - started);
                sent += to - from;
                if (clock.Elapsed - reported < ReportEvery)
                {
                    continue;
                }

                double seconds = (clock.Elapsed - reported).TotalSeconds, used = server.CpuSeconds - cpu;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{clock.Elapsed.TotalMinutes,6:0.0} " +
                    $"{DateTimeOffset.FromUnixTimeMilliseconds(serverClock.NowMs),6:HH:mm} " +
                    $"{(sent - sentBefore) / seconds,10:0} " +
                    $"{used / seconds / Environment.ProcessorCount,8:0.0 %} {writes.Take()} {queries.Take()} " +
                    $"{server.ResidentBytes / 1e6,7:0} {server.AnonymousBytes / 1e6,9:0} " +
                    $"{server.DiskBytes / 1e6,8:0}"));
                (reported, cpu, sentBefore) = (clock.Elapsed, server.CpuSeconds, sent);
            }
        }

        await stop.CancelAsync();
        await asking;
        Console.WriteLine($"Peak memory {server.PeakBytes / 1e6:0} MB.");
    }

    static async Task AskAsync(MeasuredServer server, AnswerTimes times, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            var clock = Stopwatch.StartNew();
            string query = Uri.EscapeDataString(Queries[i % Queries.Length]);
            using (var answer = await server.Http.GetAsync(
                new Uri(server.Root, $"/api/v1/query?query={query}"), CancellationToken.None))
            {
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            }

            times.Add(clock.Elapsed);
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
