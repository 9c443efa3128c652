using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>
/// A data folder of format version 1 with everything in it: a merged day, roll-ups of both tiers, an hour as flushed, a
/// journal, a deletion that is not carried out. Every later version must open it and read the very same. PRESAGE_GOLDEN
/// names a folder to write a new one to, when a new format version is made.
/// </summary>
public sealed class GoldenFolderTests
{
    const long Start = StoreFixture.StartMs;
    const long Day = Start - (Start % 86_400_000) - (2 * 86_400_000);

    static string Folder => Path.Combine(AppContext.BaseDirectory, "Storage", "Golden", "v1");

    [Fact]
    public async Task A_whole_folder_of_version_1_reads_as_it_was_written()
    {
        await using var fixture = new StoreFixture();
        if (Environment.GetEnvironmentVariable("PRESAGE_GOLDEN") is { } folder)
        {
            await WriteAsync(fixture, Path.Combine(folder, "v1"));
            return;
        }

        StoreFiles.Copy(Folder, fixture.Folder);
        fixture.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(Start).AddHours(2));
        var statistics = fixture.Open().Statistics;

        Assert.Empty(statistics.Damages);
        Assert.Equal((2, 2, 1), (statistics.Blocks, statistics.RollupBlocks, statistics.DeletionsPending));
        Assert.Equal(
            Samples(1).Append((Start, 7.5)).Append((Start + 3_600_000, 8.5)).Select(Bits), fixture.Read("a", 1));
        Assert.Equal(
            Samples(2).Where(static s => s.TimestampMs >= Day + 3_600_000).Select(Bits), fixture.Read("b", 2));
        var buckets = Buckets(fixture, RollupTier.OneHour);
        Assert.Equal(24, buckets.Length);
        Assert.Equal(new RollupBucket(Day + 3_600_000, 60, 119, 5370, 60, 60, 119, 60), buckets[1]);
        Assert.Equal(
            new RollupBucket(Day + 300_000, 5, 9, 35, 5, 5, 9, 5), Buckets(fixture, RollupTier.FiveMinutes)[1]);
    }

    /// <summary>A sample a minute for a day.</summary>
    static IEnumerable<(long TimestampMs, double Value)> Samples(int series) =>
        Enumerable.Range(0, 1440).Select(i => (Day + (i * 60_000L), series == 1 ? i : Math.Round(i % 37 / 4.0, 2)));

    static (long, long) Bits((long TimestampMs, double Value) sample) =>
        (sample.TimestampMs, BitConverter.DoubleToInt64Bits(sample.Value));

    static RollupBucket[] Buckets(StoreFixture fixture, RollupTier tier)
    {
        var range = new TimeRange(Day, Day + 86_399_999);
        var columns = new RollupColumns();
        var matcher = new LabelMatcher("i", MatchOperator.Equal, "1");
        Assert.Single(fixture.Store.SelectRollups([matcher], range, tier)).Read(range, columns);
        return columns.Buckets.ToArray();
    }

    static async Task WriteAsync(StoreFixture fixture, string folder)
    {
        await using (var backfill = fixture.Store.BeginBackfill())
        {
            var batch = new SampleBatch();
            foreach (var (host, series) in (ReadOnlySpan<(string, int)>)[("a", 1), ("b", 2)])
            {
                batch.AddSeries(StoreFixture.LabelsOf(host, series).ToKey());
                foreach (var (timestampMs, value) in Samples(series))
                {
                    batch.AddSample(timestampMs, value);
                }
            }

            backfill.Append(batch);
            await backfill.CompleteAsync(CancellationToken.None);
        }

        await fixture.Store.CareNowAsync(CancellationToken.None);
        await fixture.AppendAsync("a", 1, Start, 7.5);
        await fixture.Store.FlushAsync(CancellationToken.None);
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await fixture.AppendAsync("a", 1, Start + 3_600_000, 8.5);
        await fixture.DeleteAsync(new TimeRange(0, Day + 3_599_999), new LabelMatcher("i", MatchOperator.Equal, "2"));
        await fixture.CloseAsync();
        Directory.CreateDirectory(folder);
        StoreFiles.Copy(fixture.Folder, folder);
    }
}
