using Presage.Metrics;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>A small data folder with every kind of file in it, as seeds for fuzzing.</summary>
static class SampleFolder
{
    public const string Path = "/data";

    /// <summary>Opens a store over whatever a disk holds.</summary>
    public static StorageOptions Options(Disk disk) =>
        new()
        {
            DataFolder = Path,
            Disk = disk,
            FlushOnClose = false,
            RunBeside = Plan.RunHere,
        };

    /// <summary>
    /// Three days of a few series: journal, hours, merged days, roll-ups, a deletion that is not carried out.
    /// </summary>
    public static IReadOnlyList<(string Path, byte[] Bytes)> Make()
    {
        var process = new SimulatedProcess(Options, null);
        process.Open();
        for (int hour = 0; hour < 60; hour++)
        {
            process.Await(process.Store.AppendAsync(Batch(process.NowMs, hour), CancellationToken.None).AsTask());
            process.Advance(TimeSpan.FromHours(1));
        }

        process.Await(process.Store.FlushAsync(CancellationToken.None));
        process.Await(process.Store.CareNowAsync(CancellationToken.None));
        process.Await(process.Store.AppendAsync(Batch(process.NowMs, 60), CancellationToken.None).AsTask());
        process.Await(
            process.Store.DeleteAsync(
                [[new LabelMatcher("i", MatchOperator.Equal, "1")]],
                new TimeRange(process.NowMs - 100_000, process.NowMs),
                CancellationToken.None
            )
        );
        process.Await(process.Store.AppendAsync(Batch(process.NowMs, 61), CancellationToken.None).AsTask());
        process.Advance(TimeSpan.FromSeconds(1));
        return [.. process.Disk.FilesEnding("").Select(static f => (f.Path, f.Inode.ToArray()))];
    }

    static SampleBatch Batch(long nowMs, int hour)
    {
        var batch = new SampleBatch();
        for (int series = 0; series < 6; series++)
        {
            batch.AddSeries(
                LabelSet
                    .OfMetric(
                        $"metric_{series % 2}",
                        new Label("instance", $"host{series % 3}"),
                        new Label("i", $"{series}")
                    )
                    .ToKey()
            );
            for (int i = 0; i < 40; i++)
            {
                double value = series switch
                {
                    0 => hour * 1000 + i,
                    1 => Math.Round(0.01 * i, 2),
                    2 => Math.Sin(i),
                    3 => i % 7 == 0 ? SampleValue.StaleMarker : 4096.0 * i,
                    _ => 17,
                };
                batch.AddSample(nowMs - 600_000 + (i * 15_000) + (series == 4 ? i % 3 : 0), value);
            }
        }

        return batch;
    }
}
