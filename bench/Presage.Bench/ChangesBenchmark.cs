using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Api;
using Presage.Detection;
using Presage.Explaining;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// "What changed here?" over 100,000 series: an hour compared with the hour before, and ten minutes with the forty
/// before, from raw samples every 15 s. A hundred series more do change; how many of the first lines are theirs is
/// told, too.
/// </summary>
static class ChangesBenchmark
{
    const int Hosts = 1_000;
    const int SeriesPerHost = 100;
    const int ScrapeSeconds = 15;
    const int Changing = 100;
    const int SeriesPerBatch = 5_000;
    const long HourMs = 3_600_000;
    const long Start = 1_800_000_000_000 - (1_800_000_000_000 % HourMs);

    public static async Task<int> RunAsync(string[] args)
    {
        string folder = args.Length > 0 ? args[0] : Directory.CreateTempSubdirectory("presage-changes-").FullName;
        var time = new BenchTime(DateTimeOffset.FromUnixTimeMilliseconds(Start));
        await using (var store = SampleStore.Open(
            new StorageOptions { DataFolder = folder }, time, NullLogger.Instance))
        {
            long endMs = await FillAsync(store, time);
            using var desk = new ChangeDesk(store, new ReaderClock(time));
            Select(store, endMs);
            await MeasureAsync(desk, "1 h against the hour before", ComparedWindow.Of(endMs - HourMs, endMs));
            await MeasureAsync(desk, "10 min against 40", ComparedWindow.Of(endMs - 600_000, endMs));
        }

        if (args.Length == 0)
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    /// <summary>How much of it is finding the series and making their labels.</summary>
    static void Select(SampleStore store, long endMs)
    {
        for (int round = 0; round < 3; round++)
        {
            var clock = CpuClock.Start();
            int found = store.SelectInAnyOrder([], new TimeRange(endMs - (2 * HourMs), endMs)).Count;
            Console.WriteLine($"selecting {found} series: {clock.Elapsed.TotalSeconds:0.00} CPU s");
        }
    }

    static async Task MeasureAsync(ChangeDesk desk, string what, ComparedWindow window)
    {
        for (int round = 0; round < 4; round++)
        {
            var clock = CpuClock.Start();
            long started = Stopwatch.GetTimestamp();
            var answer = await desk.AskAsync(window, [], [], 30, CancellationToken.None);
            Console.WriteLine(
                $"{what}: {answer.Compared} series in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s, " +
                $"{clock.Elapsed.TotalSeconds:0.00} CPU s; {answer.Changed} changed, first {Line(answer)}");
        }
    }

    static string Line(ChangeList answer) =>
        answer.Items is [var first, ..] ? $"{first.Sentence} ({first.Copies} copies)" : "none";

    static async Task<long> FillAsync(SampleStore store, BenchTime time)
    {
        var fleet = new NodeFleet(Hosts, SeriesPerHost);
        var batch = new SampleBatch();
        byte[][] keys =
        [
            .. Enumerable.Range(0, Changing).Select(static i => LabelSet.OfMetric(
                "queue_length", new Label("instance", $"server-{i:D4}.example.net:9100")).ToKey()),
        ];
        int steps = (int)(2 * HourMs / 1_000 / ScrapeSeconds);
        for (int step = 0; step <= steps; step++)
        {
            long nowMs = Start + (step * ScrapeSeconds * 1_000L);
            for (int from = 0; from < fleet.Count; from += SeriesPerBatch)
            {
                fleet.Fill(batch, from, Math.Min(fleet.Count, from + SeriesPerBatch), nowMs, ScrapeSeconds);
                await store.AppendAsync(batch, CancellationToken.None);
            }

            batch.Clear();
            for (int i = 0; i < keys.Length; i++)
            {
                batch.AddSeries(keys[i]);
                batch.AddSample(nowMs, ((i * 7) + (step * 13)) % 10 + (step > steps - 20 ? 40 : 0));
            }

            await store.AppendAsync(batch, CancellationToken.None);
            time.Advance(TimeSpan.FromSeconds(ScrapeSeconds));
        }

        return Start + (steps * ScrapeSeconds * 1_000L);
    }
}
