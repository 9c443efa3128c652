using System.Globalization;
using System.Text.Json;

namespace Presage.Bench.PromQl;

/// <summary>
/// The same queries to Presage, Prometheus and VictoriaMetrics, in turn, over HTTP: median and 99th percentile of the
/// elapsed time, CPU time of each server per query, and whether Presage's answer is Prometheus' within 1e-9.
/// </summary>
static class PromQlBenchmark
{
    const double Tolerance = 1e-9;

    /// <summary>Enough for the just-in-time compiler to have settled: it looks at what was called 30 times.</summary>
    const int WarmUps = 40;

    /// <summary>Queries that take longer are asked less often.</summary>
    static readonly TimeSpan PerPeer = TimeSpan.FromSeconds(1.5);

    public static async Task<int> RunAsync(string folder, string program, int rounds, string? only)
    {
        long end = long.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder, "end")), CultureInfo.InvariantCulture);
        end -= 3000;
        using var presage = await Servers.PresageAsync(folder, program);
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
        rounds = Math.Clamp(affordable, 5, rounds);
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

        string? difference = Difference(bodies[0], bodies[1]);
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

    /// <summary>The first difference between two answers, null when they agree.</summary>
    static string? Difference(string ours, string theirs)
    {
        var (a, b) = (Read(ours), Read(theirs));
        if (a.Count != b.Count)
        {
            return $"{a.Count} series, not {b.Count}";
        }

        foreach (var (labels, points) in b)
        {
            if (!a.TryGetValue(labels, out var mine) || mine.Count != points.Count)
            {
                return $"{labels}: {mine?.Count ?? 0} points, not {points.Count}";
            }

            for (int i = 0; i < points.Count; i++)
            {
                if (mine[i].Time != points[i].Time || !Near(mine[i].Value, points[i].Value))
                {
                    return string.Create(CultureInfo.InvariantCulture,
                        $"{labels} at {points[i].Time}: {mine[i].Value}, not {points[i].Value}");
                }
            }
        }

        return null;
    }

    static bool Near(double a, double b) =>
        a == b || (double.IsNaN(a) && double.IsNaN(b))
        || Math.Abs(a - b) <= Tolerance * Math.Max(Math.Abs(a), Math.Abs(b));

    static Dictionary<string, List<(double Time, double Value)>> Read(string body)
    {
        using var document = JsonDocument.Parse(body);
        var result = new Dictionary<string, List<(double, double)>>(StringComparer.Ordinal);
        foreach (var series in document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var labels = series.GetProperty("metric").EnumerateObject()
                .OrderBy(static l => l.Name, StringComparer.Ordinal).Select(static l => $"{l.Name}={l.Value}");
            var points = series.TryGetProperty("value", out var value) ? [value]
                : series.GetProperty("values").EnumerateArray().ToArray();
            result[string.Join(',', labels)] = [.. points.Select(static p => (p[0].GetDouble(), Number(p[1])))];
        }

        return result;
    }

    static double Number(JsonElement value) => value.GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var text => double.Parse(text!, CultureInfo.InvariantCulture),
    };
}
