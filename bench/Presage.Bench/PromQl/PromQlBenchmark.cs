using System.Globalization;

namespace Presage.Bench.PromQl;

/// <summary>
/// The same queries to Presage, Prometheus and VictoriaMetrics, in turn, over HTTP: median and 99th percentile of the
/// elapsed time, CPU time of each server per query, and whether Presage's answer is Prometheus' within 1e-9.
/// </summary>
static class PromQlBenchmark
{
    /// <summary>Enough for the just-in-time compiler to have settled: it looks at what was called 30 times.</summary>
    const int WarmUps = 200;

    /// <summary>Blocks that stay the same for so long are not being merged.</summary>
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);

    /// <summary>Queries that take longer are asked less often.</summary>
    static readonly TimeSpan PerPeer = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string folder, string program, int rounds, string? only)
    {
        long end = long.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder, "end")), CultureInfo.InvariantCulture);
        end -= 3000;
        using var presage = await Servers.PresageAsync(folder, program);
        await SettleAsync(Path.Combine(folder, "presage", "blocks"));
        using var prometheus = await Servers.PrometheusAsync(folder);
        using var victoria = await Servers.VictoriaAsync(folder);
        await MemoryAsync(presage, end);
        Peer[] peers = [presage, prometheus, victoria];
        Console.WriteLine($"{"ms: median / p99 / CPU",-42}" + string.Concat(peers.Select(p => $"{p.Name,24}"))
            + $"{"vs prom.",10}{"vs vict.",10}  equal");
        bool equal = true;
        string[] wanted = only?.Split('|') ?? [""];
        foreach (var query in QuerySet.All.Where(q => wanted.Any(w => q.Name.Contains(w, StringComparison.Ordinal))))
        {
            equal &= await CompareAsync(peers, query, end, rounds);
        }

        return equal ? 0 : 1;
    }

    /// <summary>Waits for merges that are due, as they long are in a server that has run for a day.</summary>
    static async Task SettleAsync(string blocks)
    {
        string[] before = [];
        string[] now = [.. Directory.GetFiles(blocks).Order()];
        while (!now.SequenceEqual(before) || now.Any(static f => f.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            await Task.Delay(Settled, TimeProvider.System);
            before = now;
            now = [.. Directory.GetFiles(blocks).Order()];
        }

        Console.WriteLine($"{now.Length} blocks");
    }

    static async Task<bool> CompareAsync(Peer[] peers, BenchQuery query, long end, int rounds)
    {
        string[] bodies = new string[peers.Length];
        double slowest = 0;
        for (int i = 0; i < peers.Length; i++)
        {
            await peers[i].AskAsync(query, end);
            slowest = Math.Max(slowest, (await peers[i].AskAsync(query, end)).Milliseconds);
        }

        int affordable = (int)(PerPeer.TotalMilliseconds / slowest);
        rounds = Math.Clamp(affordable, 3, rounds);
        int warmUps = Math.Clamp(affordable, 1, WarmUps);
        double[][] times = [.. peers.Select(_ => new double[rounds])];
        double[] cpu = new double[peers.Length];
        for (int round = -warmUps; round < rounds; round++)
        {
            for (int i = 0; i < peers.Length; i++)
            {
                var before = peers[i].CpuTime;
                var (milliseconds, body) = await peers[i].AskAsync(query, end);
                bodies[i] = body;
                if (round >= 0)
                {
                    times[i][round] = milliseconds;
                    cpu[i] += (peers[i].CpuTime - before).TotalMilliseconds / rounds;
                }
            }
        }

        var line = new System.Text.StringBuilder($"{query.Name,-42}");
        double[] medians = new double[peers.Length];
        for (int i = 0; i < peers.Length; i++)
        {
            Array.Sort(times[i]);
            medians[i] = times[i][rounds / 2];
            double worst = times[i][Math.Min(rounds - 1, (int)(rounds * 0.99))];
            line.Append(CultureInfo.InvariantCulture, $"{$"{medians[i]:0.0} / {worst:0.0} / {cpu[i]:0.0}",24}");
        }

        string? difference = Answers.Difference(bodies[0], bodies[1]);
        line.Append(CultureInfo.InvariantCulture,
            $"{medians[1] / medians[0],10:0.00}{medians[2] / medians[0],10:0.00}  {difference ?? "yes"}");
        Console.WriteLine(line);
        return difference is null;
    }

    /// <summary>
    /// What a large query takes: memory of its own, beside the files that are mapped and belong to the system's cache.
    /// </summary>
    static async Task MemoryAsync(Peer presage, long end)
    {
        var query = QuerySet.All[^1];
        long before = presage.OwnMemory(), peak = before;
        var answer = presage.AskAsync(query, end);
        while (!answer.IsCompleted)
        {
            peak = Math.Max(peak, presage.OwnMemory());
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        await answer;
        Console.WriteLine($"{query.Name}: own memory before {before >> 20} MiB, at most {peak >> 20} MiB "
            + $"(+{(peak - before) >> 20}), after {presage.OwnMemory() >> 20} MiB");
    }
}
