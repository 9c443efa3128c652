using System.Diagnostics;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>Memory of the head at short intervals and with irregular timestamps.</summary>
public sealed class EarlyFlushTests
{
    const int Series = 20;
    const int HostSeries = 400;

    [Fact]
    public async Task Closed_chunks_are_written_before_their_hour_is_over_and_joined_after_it()
    {
        await using var fixture = new StoreFixture
        {
            Options = folder => new StorageOptions
            {
                DataFolder = folder,
                FlushOnClose = false,
                EarlyFlushBytes = 4000,
                EarlyFlushBytesPerSeries = 0,
            },
        };
        int seconds = 0;
        for (; seconds < 3000; seconds++)
        {
            await AppendAsync(fixture, seconds);
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(await WaitForAsync(() => fixture.Store.Statistics.Blocks, static blocks => blocks >= 1), 1, 9);
        Check(fixture, seconds);

        // After a crash the journal brings back what no block holds; nothing stands twice.
        var store = await fixture.ReopenAsync();
        Assert.InRange(store.Statistics.SamplesReplayed, 1, 3000 * Series);
        Check(fixture, seconds);

        fixture.Time.Advance(TimeSpan.FromMinutes(20));
        await store.FlushAsync(CancellationToken.None);
        await store.CareNowAsync(CancellationToken.None);
        Assert.InRange(store.Statistics.Blocks, 1, 2);
        Check(fixture, seconds);
        await fixture.ReopenAsync();
        Check(fixture, seconds);
    }

    [Theory]
    [InlineData(1, 5_000, 30, false)]
    [InlineData(20, 20_000, 30, true)]
    [InlineData(20, 200_000, 30, false)]
    [InlineData(15, 20_000, 3, false)] // The flush of the hour before is near.
    [InlineData(30, 20_000, 3, true)]
    public void An_early_flush_is_due_by_the_memory_it_gives_back(int closedMb, int series, int minute, bool due)
    {
        var options = new StorageOptions { DataFolder = "unused" };
        var now = DateTimeOffset.FromUnixTimeMilliseconds(StoreFixture.StartMs).AddMinutes(minute);
        Assert.Equal(due, FlushSchedule.IsEarlyDue((long)closedMb << 20, series, now, options));
    }

    [Fact]
    public async Task Series_of_one_scrape_share_irregular_timestamps_and_keep_their_own_gaps()
    {
        await using var fixture = new StoreFixture();
        var sent = new List<(long, long)>[HostSeries];
        for (int i = 0; i < HostSeries; i++)
        {
            sent[i] = [];
        }

        var batch = new SampleBatch();
        for (int scrape = 0; scrape < 400; scrape++)
        {
            batch.Clear();
            long timestampMs = StoreFixture.StartMs + (scrape * 15_000) + (scrape * 7919 % 10);
            for (int i = 0; i < HostSeries; i++)
            {
                // A tenth of the series miss a scrape now and then, two at a time.
                if (i % 20 < 2 && (scrape + (i / 20)) % 37 == 5)
                {
                    continue;
                }

                batch.AddSeries(StoreFixture.LabelsOf("h", i).ToKey());
                batch.AddSample(timestampMs, i + scrape);
                sent[i].Add((timestampMs, BitConverter.DoubleToInt64Bits(i + scrape)));
            }

            await fixture.Store.AppendAsync(batch, CancellationToken.None);
            fixture.Time.Advance(TimeSpan.FromSeconds(15));
        }

        for (int i = 0; i < HostSeries; i++)
        {
            Assert.Equal(sent[i], fixture.Read("h", i));
        }

        await fixture.Store.FlushAsync(CancellationToken.None);
        for (int i = 0; i < HostSeries; i++)
        {
            Assert.Equal(sent[i], fixture.Read("h", i));
        }
    }

    [Fact]
    public void A_column_of_one_series_is_compressed_and_one_of_many_is_one()
    {
        var shard = new Shard(0, new CellMemory());
        var series = new HeadSeries[1000];
        for (int scrape = 0; scrape < 200; scrape++)
        {
            for (int i = 0; i < series.Length; i++)
            {
                series[i].LastMs = scrape == 0 ? long.MinValue : series[i].LastMs;
                shard.Append(ref series[i], 7_200_000 + (scrape * 15_000) + (scrape * 7 % 10), 1);
            }
        }

        // One column for all; 32 B for the cell of each constant value.
        Assert.Single(series.Select(static s => s.Times).Distinct());
        Assert.InRange(shard.Bytes / series.Length, 0, 200);
    }

    static async Task AppendAsync(StoreFixture fixture, int second)
    {
        var batch = new SampleBatch();
        for (int i = 0; i < Series; i++)
        {
            batch.AddSeries(StoreFixture.LabelsOf("h", i).ToKey());
            batch.AddSample(StoreFixture.StartMs + (second * 1000L), second * i);
        }

        await fixture.Store.AppendAsync(batch, CancellationToken.None);
    }

    static void Check(StoreFixture fixture, int seconds)
    {
        for (int i = 0; i < Series; i++)
        {
            var read = fixture.Read("h", i);
            Assert.Equal(seconds, read.Length);
            for (int second = 0; second < seconds; second++)
            {
                var expected = (StoreFixture.StartMs + (second * 1000L), BitConverter.DoubleToInt64Bits(second * i));
                Assert.Equal(expected, read[second]);
            }
        }
    }

    static async Task<int> WaitForAsync(Func<int> read, Func<int, bool> done)
    {
        var patience = Stopwatch.StartNew();
        while (!done(read()) && patience.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        return read();
    }
}
