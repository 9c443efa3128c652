using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>How long samples and roll-ups stay.</summary>
public sealed class RetentionTests
{
    const long Start = StoreFixture.StartMs;

    [Fact]
    public async Task Raw_samples_go_first_then_five_minutes_then_hours()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        await BackfillAsync(fixture, 1, TimeSpan.FromDays(2));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(288, fixture.Read("host", 1).Length);
        double sum = Sum(fixture, RollupTier.OneHour);

        await LaterAsync(fixture, 20);
        Assert.Empty(fixture.Read("host", 1));
        Assert.Equal(288, Count(fixture, RollupTier.FiveMinutes));
        Assert.Equal((24, sum), (Count(fixture, RollupTier.OneHour), Sum(fixture, RollupTier.OneHour)));
        Assert.True(fixture.Store.OldestRawMs([], StoreFixture.Always) > Start - (2 * 86_400_000));

        await LaterAsync(fixture, 80);
        Assert.Equal((0, 24), (Count(fixture, RollupTier.FiveMinutes), Count(fixture, RollupTier.OneHour)));

        await LaterAsync(fixture, 640);
        Assert.Equal((0, 0), (Count(fixture, RollupTier.FiveMinutes), Count(fixture, RollupTier.OneHour)));
        Assert.Equal(0, fixture.Store.Statistics.BlockBytes + fixture.Store.Statistics.RollupBytes);
    }

    [Fact]
    public async Task Backfilled_days_older_than_the_raw_retention_become_roll_ups_once()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        for (int times = 0; times < 2; times++)
        {
            await BackfillAsync(fixture, 1, TimeSpan.FromDays(40));
            await fixture.Store.CareNowAsync(CancellationToken.None);
            Assert.Empty(fixture.Read("host", 1));
            Assert.Equal((288, 24), (Count(fixture, RollupTier.FiveMinutes), Count(fixture, RollupTier.OneHour)));
            Assert.Equal(Enumerable.Range(0, 288).Sum(), Sum(fixture, RollupTier.OneHour));
        }
    }

    [Fact]
    public async Task A_rule_keeps_its_series_shorter_or_longer()
    {
        await using var fixture = new StoreFixture();
        RetentionRule[] rules =
        [
            new([new LabelMatcher("i", MatchOperator.Equal, "1")],
                new RetentionTimes(TimeSpan.FromDays(5), TimeSpan.FromDays(10), TimeSpan.Zero)),
            new([new LabelMatcher("i", MatchOperator.RegexMatch, "1|2")],
                new RetentionTimes(TimeSpan.FromDays(30), TimeSpan.FromDays(90), TimeSpan.FromDays(90))),
        ];
        fixture.Options = folder => new StorageOptions { DataFolder = folder, RetentionRules = rules };
        fixture.Open();
        for (int i = 1; i <= 3; i++)
        {
            await BackfillAsync(fixture, i, TimeSpan.FromDays(2));
        }

        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal((288, 288, 288), Raw(fixture));
        Assert.Equal((0, 24, 24), Hours(fixture));

        await LaterAsync(fixture, 6);
        Assert.Equal((0, 288, 288), Raw(fixture));

        // Where samples are gone depends on the series asked for.
        long nowMs = fixture.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(
            (Days(5), Days(30), Days(15), Days(5)),
            (OldestRaw(fixture, "1"), OldestRaw(fixture, "2"), OldestRaw(fixture, "3"), OldestRaw(fixture, "1|3")));
        long Days(int days) => nowMs - (days * 86_400_000L);

        // And so does who is answered from roll-ups.
        Assert.Equal((false, true, true), Keeps(10));
        Assert.Equal((true, true, true), Keeps(4));
        Assert.Equal((false, true, false), Keeps(16));
        (bool, bool, bool) Keeps(int days)
        {
            var keeps = fixture.Store.KeepsRaw(Days(days))!;
            return (keeps(LabelsOf(1)), keeps(LabelsOf(2)), keeps(LabelsOf(3)));
        }

        Assert.Equal(288, Count(fixture, RollupTier.FiveMinutes, 1));

        await LaterAsync(fixture, 10);
        Assert.Equal((0, 288, 0), Raw(fixture));
        Assert.Equal((0, 24, 24), Hours(fixture));
        Assert.Equal(0, Count(fixture, RollupTier.FiveMinutes, 1));

        await LaterAsync(fixture, 20);
        Assert.Equal((0, 0, 0), Raw(fixture));
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_by_mistake_deletes_nothing()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        await BackfillAsync(fixture, 1, TimeSpan.FromDays(2));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        fixture.Time.Jump(TimeSpan.FromDays(1000));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Contains(
            "jumped ahead by 1000 days", Assert.Single(fixture.Store.Statistics.Events).Text, StringComparison.Ordinal);
        await fixture.ReopenAsync();
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Contains(
            " days ahead of the newest sample", Assert.Single(fixture.Store.Statistics.Events).Text,
            StringComparison.Ordinal);
        fixture.Time.Jump(TimeSpan.FromDays(-1000));
        await fixture.Store.CareNowAsync(CancellationToken.None);

        Assert.Equal(288, fixture.Read("host", 1).Length);
        Assert.Equal((288, 24), (Count(fixture, RollupTier.FiveMinutes), Count(fixture, RollupTier.OneHour)));
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_by_mistake_takes_no_answers_from_the_samples_still_kept()
    {
        await using var fixture = new StoreFixture();
        RetentionRule[] rules =
        [
            new(
                [new LabelMatcher("i", MatchOperator.Equal, "2")],
                new RetentionTimes(TimeSpan.FromDays(30), TimeSpan.FromDays(90), TimeSpan.FromDays(90))),
        ];
        fixture.Options = folder => new StorageOptions { DataFolder = folder, RetentionRules = rules };
        fixture.Open();
        await BackfillAsync(fixture, 1, TimeSpan.FromDays(2));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        long fromMs = fixture.Time.GetUtcNow().ToUnixTimeMilliseconds() - (3 * 86_400_000L);
        long oldestMs = OldestRaw(fixture, "1");
        Assert.True(fixture.Store.KeepsRaw(fromMs)!(LabelsOf(1)));

        fixture.Time.Jump(TimeSpan.FromDays(1000));

        Assert.True(fixture.Store.KeepsRaw(fromMs)!(LabelsOf(1)));
        Assert.Equal(oldestMs, OldestRaw(fixture, "1"));
    }

    [Fact]
    public async Task The_size_limit_deletes_the_oldest_day_and_says_so()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        for (int day = 6; day >= 1; day--)
        {
            await BackfillAsync(fixture, 1, TimeSpan.FromDays(day));
        }

        await fixture.Store.CareNowAsync(CancellationToken.None);
        long bytes = (await fixture.ReopenAsync()).Statistics.DiskBytes;
        await fixture.CloseAsync();
        fixture.Options = folder => new StorageOptions { DataFolder = folder, DiskBytesMax = bytes - 1 };
        fixture.Open();
        await fixture.Store.CareNowAsync(CancellationToken.None);

        Assert.InRange(fixture.Store.Statistics.DiskBytes, 1, bytes - 1);
        Assert.Equal(5 * 288, fixture.Read("host", 1).Length);
        Assert.Equal(6 * 24, Count(fixture, RollupTier.OneHour));
        var told = Assert.Single(fixture.Store.Statistics.Events);
        Assert.Contains("raw samples of 2027-01-09 deleted", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deletion_hides_at_once_and_leaves_the_files_later()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        await BackfillAsync(fixture, 1, TimeSpan.FromDays(2));
        await BackfillAsync(fixture, 2, TimeSpan.FromDays(2));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        await fixture.AppendAsync(("host", 1, Start - 1000, 1), ("host", 1, Start + 1000, 2));
        var matchers = new[] { new LabelMatcher("i", MatchOperator.Equal, "1") };

        Assert.Equal(1, await fixture.DeleteAsync(StoreFixture.Always, matchers));
        Assert.Equal((Start + 1000, 4611686018427387904), Assert.Single(fixture.Read("host", 1)));
        Assert.Equal(0, Count(fixture, RollupTier.OneHour));
        Assert.Equal(1, (await fixture.ReopenAsync()).Statistics.DeletionsPending);
        Assert.Single(fixture.Read("host", 1));

        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(0, fixture.Store.Statistics.DeletionsPending);
        Assert.Single(fixture.Read("host", 1));
        Assert.Equal((0, 24), (Count(fixture, RollupTier.OneHour), Count(fixture, RollupTier.OneHour, 2)));
        Assert.Equal(288, fixture.Read("host", 2).Length);
    }

    [Fact]
    public async Task Where_samples_are_gone_a_deletion_takes_every_bucket_it_touches()
    {
        await using var fixture = new StoreFixture();
        await BackfillAsync(fixture, 1, TimeSpan.FromDays(40));
        await fixture.Store.CareNowAsync(CancellationToken.None);
        long day = Buckets(fixture, RollupTier.OneHour, 1)[0].StartMs;
        Assert.Empty(fixture.Read("host", 1));

        // From within a bucket of five minutes to within another one, an hour later.
        var range = new TimeRange(day + (10 * 300_000) + 1, day + (22 * 300_000) + 1);
        await fixture.DeleteAsync(range, new LabelMatcher("i", MatchOperator.Equal, "1"));
        Assert.Equal(288 - 13, Count(fixture, RollupTier.FiveMinutes));
        Assert.Equal(22, Count(fixture, RollupTier.OneHour));

        // The hours it began and ended in are made anew of the finer buckets that are left.
        await fixture.Store.CareNowAsync(CancellationToken.None);
        Assert.Equal(0, fixture.Store.Statistics.DeletionsPending);
        Assert.Equal(288 - 13, Count(fixture, RollupTier.FiveMinutes));
        var hours = Buckets(fixture, RollupTier.OneHour, 1);
        Assert.Equal((24, 10, 1), (hours.Length, hours[0].Count, hours[1].Count));
        Assert.Equal((0, 9, 23, 23), (hours[0].First, hours[0].Last, hours[1].First, hours[1].Last));
    }

    /// <summary>A day of one series, a sample every 5 minutes, values 0 to 287.</summary>
    static async Task BackfillAsync(StoreFixture fixture, int i, TimeSpan ago)
    {
        long day = RollupTier.OneHour.BucketOf(Start - (long)ago.TotalMilliseconds);
        day -= day % 86_400_000;
        await using var backfill = fixture.Store.BeginBackfill();
        var batch = new SampleBatch();
        batch.AddSeries(StoreFixture.LabelsOf("host", i).ToKey());
        for (int s = 0; s < 288; s++)
        {
            batch.AddSample(day + (s * 300_000), s);
        }

        Assert.Equal(288, backfill.Append(batch).Accepted);
        await backfill.CompleteAsync(CancellationToken.None);
    }

    static async Task LaterAsync(StoreFixture fixture, int days)
    {
        // Closed meanwhile: its timers would tick for each second of it.
        await fixture.CloseAsync();
        fixture.Time.Advance(TimeSpan.FromDays(days));
        fixture.Open();

        // Whose newest sample is old doubts the clock; this one has samples of these days.
        await fixture.AppendAsync("later", 0, fixture.Time.GetUtcNow().ToUnixTimeMilliseconds(), 1);
        await fixture.ReopenAsync();
        await fixture.Store.CareNowAsync(CancellationToken.None);
    }

    static LabelSet LabelsOf(int i) => StoreFixture.LabelsOf("host", i);

    static long OldestRaw(StoreFixture fixture, string i) =>
        fixture.Store.OldestRawMs([new LabelMatcher("i", MatchOperator.RegexMatch, i)], StoreFixture.Always);

    static (int One, int Two, int Three) Raw(StoreFixture fixture) =>
        (fixture.Read("host", 1).Length, fixture.Read("host", 2).Length, fixture.Read("host", 3).Length);

    static (int One, int Two, int Three) Hours(StoreFixture fixture) => (
        Count(fixture, RollupTier.OneHour, 1), Count(fixture, RollupTier.OneHour, 2),
        Count(fixture, RollupTier.OneHour, 3));

    static int Count(StoreFixture fixture, RollupTier tier, int i = 1) => Buckets(fixture, tier, i).Length;

    static double Sum(StoreFixture fixture, RollupTier tier) => Buckets(fixture, tier, 1).Sum(static b => b.Sum);

    static RollupBucket[] Buckets(StoreFixture fixture, RollupTier tier, int i)
    {
        var range = new TimeRange(Start - (800L * 86_400_000), Start - (2 * 3_600_000));
        var columns = new RollupColumns();
        foreach (var series in fixture.Store.SelectRollups(
            [new LabelMatcher("i", MatchOperator.Equal, $"{i}")], range, tier))
        {
            series.Read(range, columns);
        }

        return columns.Buckets.ToArray();
    }
}
