using System.Globalization;
using System.Text.Json;
using Presage.Metrics;

namespace Presage.Bench.PromQl;

/// <summary>
/// Random expressions to Presage and Prometheus over the same small data with gaps, resets, NaN, infinities and
/// staleness markers: both answer the same to 1e-9, or both refuse.
/// </summary>
static class CompareServers
{
    const long ScrapeMs = 15_000;
    const int Samples = 240, DepthMax = 3, ShownMax = 40;

    /// <summary>When the data begins: a whole minute, and not so long ago that it would be refused.</summary>
    static readonly long Base =
        (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 60_000 * 60_000) - 3_900_000;

    /// <summary>A time in the data for <c>@</c>, beside samples and steps.</summary>
    public static string Pinned { get; } = $"{(Base / 1000) + 1507}.3";

    public static async Task<int> RunAsync(string program, int count, uint seed, string? only)
    {
        string folder = Directory.CreateTempSubdirectory("presage-compare-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "presage"));
        using var prometheus = await Servers.PrometheusAsync(folder);
        using var presage = await Servers.PresageAsync(folder, program);
        var batch = Data();
        await prometheus.WriteAsync(batch);
        await presage.WriteAsync(batch);
        var queries = new RandomQueries(seed);
        int different = 0, empty = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            string query = only ?? queries.Vector(1 + (i % DepthMax));
            string address = i % 2 == 0
                ? $"query?query={Uri.EscapeDataString(query)}&time={(Base / 1000) + 2707}"
                : $"query_range?query={Uri.EscapeDataString(query)}&start={(Base / 1000) + 307}"
                    + $"&end={(Base / 1000) + 3307}&step={30 * (1 + (i % 4))}";
            var ours = await presage.AskAnyAsync(address);
            var theirs = await prometheus.AskAnyAsync(address);
            if (only is not null)
            {
                Console.WriteLine($"Presage: {ours}\nPrometheus: {theirs}");
            }

            string? difference = Difference(ours, theirs, ref empty, ref refused);
            if (difference is not null && ++different <= ShownMax)
            {
                Console.WriteLine($"{query}\n    {(i % 2 == 0 ? "instant" : "range")}: {difference}");
            }
        }

        Console.WriteLine(
            $"{count} expressions: {different} differ, {empty} empty and {refused} refused by both");
        return different == 0 ? 0 : 1;
    }

    static string? Difference(string ours, string theirs, ref int empty, ref int refused)
    {
        using JsonDocument a = JsonDocument.Parse(ours), b = JsonDocument.Parse(theirs);
        string statusA = Status(a), statusB = Status(b);
        if (statusA != "success" || statusB != "success")
        {
            refused += statusA == statusB ? 1 : 0;
            return statusA == statusB ? null : $"{statusA}, not {statusB}";
        }

        string? difference = Answers.Difference(a, b);
        empty += difference is null && b.RootElement.GetProperty("data").GetProperty("result").GetArrayLength() == 0
            ? 1 : 0;
        return difference;
    }

    static string Status(JsonDocument answer) =>
        answer.RootElement.GetProperty("status").GetString() == "success" ? "success"
            : $"{answer.RootElement.GetProperty("errorType")}";

    static SampleBatch Data()
    {
        var batch = new SampleBatch();
        var random = new BenchGenerator(7);
        foreach (string name in (string[])["m", "n", "c_total"])
        {
            for (int a = 1; a <= 3; a++)
            {
                foreach (string b in (string[])["x", "y", ""])
                {
                    AddSeries(batch, random, name, a, b);
                }
            }
        }

        for (int a = 1; a <= 2; a++)
        {
            AddHistogram(batch, random, a);
        }

        return batch;
    }

    static void AddSeries(SampleBatch batch, BenchGenerator random, string name, int a, string b)
    {
        batch.AddSeries(LabelSet.OfMetric(name, new Label("a", $"{a}"), new Label("b", b)).ToKey());
        bool counter = name == "c_total", wild = a == 3;
        double value = counter ? 1e6 : 5;
        int gap = 0;
        for (int i = 0; i < Samples; i++)
        {
            gap = gap > 0 ? gap - 1 : random.Next(40) == 0 ? random.Next(30) : 0;
            value = !counter ? random.Next(9) - 2 : random.Next(60) == 0 ? value - 5000 : value + random.Next(50);
            double shown = wild && !counter
                ? random.Next(20) switch
                {
                    0 => double.NaN,
                    1 => double.PositiveInfinity,
                    2 => double.NegativeInfinity,
                    3 => SampleValue.StaleMarker,
                    4 => -0.0,
                    _ => value / 3,
                }
                : value;
            if (gap == 0)
            {
                // Beside whole seconds: nothing lies on the border of a window, where versions differ.
                batch.AddSample(Base + (i * ScrapeMs) + 1234, shown);
            }
        }
    }

    static void AddHistogram(SampleBatch batch, BenchGenerator random, int a)
    {
        string[] bounds = ["0.1", "1", "2.5", "+Inf"];
        double[][] counts = [.. bounds.Select(_ => new double[Samples])];
        for (int i = 0; i < Samples; i++)
        {
            double total = 0;
            for (int le = 0; le < bounds.Length; le++)
            {
                total += random.Next(20) + (i > 0 ? counts[le][i - 1] - (le > 0 ? counts[le - 1][i - 1] : 0) : 1000);
                counts[le][i] = total;
            }
        }

        for (int le = 0; le < bounds.Length; le++)
        {
            batch.AddSeries(LabelSet.OfMetric(
                "h_bucket", new Label("a", $"{a}"), new Label("le", bounds[le])).ToKey());
            for (int i = 0; i < Samples; i++)
            {
                batch.AddSample(Base + (i * ScrapeMs) + 1234, counts[le][i]);
            }
        }
    }
}
