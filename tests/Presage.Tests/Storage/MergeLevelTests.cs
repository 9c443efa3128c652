using Microsoft.Extensions.Time.Testing;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>Hours become four hours, those become days; merging rests in between and stops at once.</summary>
public sealed class MergeLevelTests
{
    const int Series = 10;
    const int Hours = 9;

    [Fact]
    public async Task Hours_are_joined_by_fours_and_those_into_a_day()
    {
        await using var fixture = new StoreFixture();
        for (int hour = 0; hour < Hours; hour++)
        {
            await AppendHourAsync(fixture, hour);
            await fixture.Store.FlushAsync(CancellationToken.None);
        }

        // 08:00 to 12:00, to 16:00, and the hour after that, which waits for three more.
        await LaterAsync(fixture, TimeSpan.FromMinutes(8));
        Assert.Equal(
            [(4, 1), (4, 1), (1, 1)],
            Raw(fixture).Select(static f => (HoursOf(f), f.Chunks / Series)).ToArray());
        Assert.Equal([240, 240, 60], Raw(fixture).Select(static f => f.Samples / Series).ToArray());
        Check(fixture);

        // What comes late stays beside them until there are several of it.
        long lateMs = StoreFixture.StartMs + (7 * 3_600_000) + 2_000_000;
        await fixture.AppendAsync("late", 1, lateMs, 1);
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(4, Raw(fixture).Length);

        await LaterAsync(fixture, TimeSpan.FromHours(11));
        var day = Assert.Single(Raw(fixture));
        Assert.Equal(("raw, merged", (3 * Series) + 1), (day.Kind, day.Chunks));
        Assert.Single(fixture.Read("late", 1));
        Check(fixture);
    }

    [Theory]
    [InlineData(0.25, 10, 0)]
    [InlineData(0.25, 20, 60)]
    [InlineData(0.5, 30, 30)]
    [InlineData(0.25, 500, 200)]
    [InlineData(1, 500, 0)]
    public void Merging_rests_in_proportion(double share, int workedMs, int restMs)
    {
        var pace = new MergePace(TimeProvider.System, share);
        Assert.Equal(TimeSpan.FromMilliseconds(restMs), pace.RestAfter(TimeSpan.FromMilliseconds(workedMs)));
    }

    [Fact]
    public void Merging_hurries_while_somebody_waits_or_much_is_due()
    {
        var second = TimeSpan.FromSeconds(1);
        var pace = new MergePace(TimeProvider.System, 0.25);
        pace.BeginWait();
        Assert.Equal(TimeSpan.Zero, pace.RestAfter(second));
        pace.EndWait();
        Assert.NotEqual(TimeSpan.Zero, pace.RestAfter(second));
        pace.IsBehind = true;
        Assert.Equal(TimeSpan.Zero, pace.RestAfter(second));
    }

    [Fact]
    public void A_rest_ends_when_the_store_is_closed()
    {
        var time = new FakeTimeProvider();
        var pace = new MergePace(time, 1e-9);
        pace.Begin();
        pace.Step(CancellationToken.None);
        time.Advance(TimeSpan.FromDays(1));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => pace.Step(stop.Token));
    }

    static int HoursOf(StoredFile file) => (int)((file.ToMs!.Value - file.FromMs!.Value) / 3_600_000);

    static StoredFile[] Raw(StoreFixture fixture) =>
        [.. fixture.Store.Files.Where(static f => f.Kind.StartsWith("raw", StringComparison.Ordinal))];

    /// <summary>A sample a minute: the chunk of an hour is filled by a quarter.</summary>
    static async Task AppendHourAsync(StoreFixture fixture, int hour)
    {
        var batch = new SampleBatch();
        for (int minute = 60 * hour; minute < 60 * (hour + 1); minute++)
        {
            batch.Clear();
            for (int i = 0; i < Series; i++)
            {
                batch.AddSeries(StoreFixture.LabelsOf("h", i).ToKey());
                batch.AddSample(StoreFixture.StartMs + (minute * 60_000L), minute * i);
            }

            await fixture.Store.AppendAsync(batch, CancellationToken.None);
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    static async Task LaterAsync(StoreFixture fixture, TimeSpan time)
    {
        await fixture.CloseAsync();
        fixture.Time.Advance(time);
        fixture.Open();
        await fixture.Store.CareNowAsync(CancellationToken.None);
    }

    static void Check(StoreFixture fixture)
    {
        for (int i = 0; i < Series; i++)
        {
            var expected = Enumerable.Range(0, 60 * Hours).Select(minute =>
                (StoreFixture.StartMs + (minute * 60_000L), BitConverter.DoubleToInt64Bits(minute * i)));
            Assert.Equal(expected, fixture.Read("h", i));
        }
    }
}
