using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class LimitTests
{
    const long Start = StoreFixture.StartMs;

    [Fact]
    public async Task A_host_whose_label_explodes_is_throttled_alone_and_named()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            SeriesPerHostMax = 1000,
            FlushOnClose = false,
        };
        await fixture.AppendAsync(("noisy", 0, Start - 1, 1), ("quiet", 0, Start - 1, 1));
        var batch = new SampleBatch();
        for (int i = 0; i < 1500; i++)
        {
            Add(batch, "noisy", ("path", $"/user/{i}"), ("code", $"{i % 4}"));
        }

        Add(batch, "quiet", ("path", "/new"));
        var outcome = await fixture.Store.AppendAsync(batch, CancellationToken.None);

        Assert.Equal((1000, 501), (outcome.Accepted, outcome.OverSeriesLimit));
        Assert.Contains(
            "host \"noisy\" has its maximum of 1000 active series (storage.series_per_host_max); its label \"path\" " +
            "has the most values, ", outcome.FirstRefusal, StringComparison.Ordinal);
        var limit = Assert.Single(fixture.Store.Statistics.HostsLimited);
        Assert.Equal(("noisy", "path", 501L), (limit.Host, limit.Label, limit.SamplesRefused));
        Assert.Equal(501, fixture.Store.Statistics.SamplesRefused["overSeriesLimit"]);

        // What is known of it goes on, and so does everybody else.
        outcome = await fixture.AppendAsync(("noisy", 0, Start, 1), ("quiet", 0, Start, 1), ("quiet", 1, Start, 1));
        Assert.Equal((3, 0), (outcome.Accepted, outcome.Rejected));
    }

    [Fact]
    public async Task The_room_of_a_host_is_free_with_the_first_flush_two_hours_after_its_series_stopped()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            SeriesPerHostMax = 2,
            FlushOnClose = false,
        };
        await fixture.AppendAsync(("a", 0, Start, 1), ("a", 1, Start, 1));
        Assert.Equal(1, (await fixture.AppendAsync("a", 2, Start, 1)).OverSeriesLimit);
        fixture.Time.Advance(TimeSpan.FromMinutes(119));
        await fixture.Store.FlushAsync(CancellationToken.None);
        long nowMs = fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(1, (await fixture.AppendAsync("a", 2, nowMs, 1)).OverSeriesLimit);

        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal(1, (await fixture.AppendAsync("a", 2, nowMs, 1)).Accepted);
    }

    [Fact]
    public async Task The_host_with_the_most_series_is_named_when_the_store_is_full()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions { DataFolder = folder, SeriesMax = 3, FlushOnClose = false };
        await fixture.AppendAsync(("big", 0, Start, 1), ("big", 1, Start, 1), ("small", 0, Start, 1));

        var outcome = await fixture.AppendAsync("small", 1, Start, 1);

        Assert.Equal(1, outcome.OverSeriesLimit);
        Assert.Contains("host \"big\" has the most, 2", outcome.FirstRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_of_ten_megabytes_is_refused_in_few_words()
    {
        await using var fixture = new StoreFixture();
        var batch = new SampleBatch();
        Add(batch, "web1", ("trace", new string('x', 10 << 20)));
        Add(batch, "web1", ("trace", "short"));

        var outcome = await fixture.Store.AppendAsync(batch, CancellationToken.None);

        Assert.Equal((1, 1), (outcome.Accepted, outcome.LabelsTooLong));
        Assert.Contains("metric \"requests\"", outcome.FirstRefusal, StringComparison.Ordinal);
        Assert.Contains("host \"web1\"", outcome.FirstRefusal, StringComparison.Ordinal);
        Assert.InRange(outcome.FirstRefusal!.Length, 10, 500);
        Assert.Equal(1, fixture.Store.Statistics.SamplesRefused["labelsTooLong"]);
        await fixture.ReopenAsync();
        Assert.Single(fixture.Store.Select([], StoreFixture.Always));
    }

    [Fact]
    public async Task A_series_of_two_sources_keeps_the_samples_of_both()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 100; i++)
        {
            // Two agents under one name, their clocks 400 ms apart; every tenth time they meet.
            fixture.Time.Advance(TimeSpan.FromSeconds(10));
            await fixture.AppendAsync("a", 0, Start + (i * 10_000), i);
            await fixture.AppendAsync("a", 0, Start + (i * 10_000) - (i % 10 == 0 ? 0 : 400), -i);
        }

        var read = fixture.Read("a", 0);
        Assert.Equal(190, read.Length);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => BitConverter.DoubleToInt64Bits(i * 10.0)),
            read.Where((_, i) => i % 19 == 0).Select(s => s.Bits));
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal(read, fixture.Read("a", 0));
    }

    [Fact]
    public async Task Clocks_that_jump_lose_nothing_within_the_bounds_and_are_named_beyond_them()
    {
        await using var fixture = new StoreFixture();
        await fixture.AppendAsync("a", 0, Start, 1);

        // The sender's clock goes 9 minutes ahead and comes back.
        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start + 540_000, 2)).Accepted);
        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start + 1000, 3)).Late);
        var ahead = await fixture.AppendAsync("a", 0, Start + 3_600_000, 4);
        Assert.Contains("check the clocks of sender and server", ahead.FirstRefusal, StringComparison.Ordinal);

        // The server's own clock jumps a day: what senders send is out of bounds until it is right again.
        fixture.Time.SetUtcNow(fixture.Time.GetUtcNow() + TimeSpan.FromDays(1));
        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start + 2000, 5)).TooOld);
        fixture.Time.AdjustTime(DateTimeOffset.FromUnixTimeMilliseconds(Start));
        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start + 2000, 5)).Accepted);
        Assert.Equal(
            [Start, Start + 1000, Start + 2000, Start + 540_000], fixture.Read("a", 0).Select(s => s.TimestampMs));
    }

    static void Add(SampleBatch batch, string host, params (string Name, string Value)[] labels)
    {
        batch.BeginSeries();
        batch.AddLabel("__name__", "requests");
        batch.AddLabel("instance", host + ":9100");
        foreach (var (name, value) in labels)
        {
            batch.AddLabel(name, value);
        }

        Assert.True(batch.EndLabels());
        batch.AddSample(Start, 1);
    }
}
