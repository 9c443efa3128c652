using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class SampleStoreTests
{
    const long Start = StoreFixture.StartMs;

    [Fact]
    public async Task Appended_samples_are_read_back_before_and_after_reopening()
    {
        await using var fixture = new StoreFixture();
        var expected = new List<(long, long)>();
        for (int i = 0; i < 1000; i++)
        {
            double value = i % 7 == 0 ? SampleValue.StaleMarker : i * 0.25;
            fixture.Time.Advance(TimeSpan.FromSeconds(15));
            var outcome = await fixture.AppendAsync("web1", 1, Start + (i * 15_000) + (i % 5), value);
            Assert.Equal((1, 0), (outcome.Accepted, outcome.Rejected));
            expected.Add((Start + (i * 15_000) + (i % 5), BitConverter.DoubleToInt64Bits(value)));
        }

        Assert.Equal(expected, fixture.Read("web1", 1));
        await fixture.ReopenAsync();
        Assert.Equal(expected, fixture.Read("web1", 1));
        Assert.Equal(
            expected[100..200], fixture.Read("web1", 1, new TimeRange(expected[100].Item1, expected[199].Item1)));
    }

    [Fact]
    public async Task Each_refusal_is_counted_and_said_in_words()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions
        {
            DataFolder = folder,
            SeriesMax = 3,
            SeriesPerHostMax = 2,
            OutOfOrderWindow = TimeSpan.FromMinutes(1),
        };
        await fixture.AppendAsync(("a", 0, Start - 1000, 1), ("a", 0, Start, 2));

        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start, 2)).Duplicate);
        Assert.Equal(1, (await fixture.AppendAsync("a", 0, Start - 1000, 1)).Duplicate);
        await Refused(
            fixture, ("a", 0, Start - 60_001, 3), o => o.OutOfOrder,
            "the newest stored is at 2027-01-15T08:00:00.000Z, and late ones are accepted from " +
            "2027-01-15T07:59:00.000Z on (1 min back)");
        await Refused(fixture, ("a", 0, Start - 7_200_001, 3), o => o.TooOld, "2 h back");
        await Refused(fixture, ("a", 1, Start + 600_001, 3), o => o.TooFarInFuture, "10 min ahead");
        await fixture.AppendAsync("a", 1, Start, 1);
        await Refused(fixture, ("a", 2, Start, 1), o => o.OverSeriesLimit, "host \"a\" has its maximum of 2");
        await fixture.AppendAsync("b", 1, Start, 1);
        await Refused(fixture, ("c", 2, Start, 1), o => o.OverSeriesLimit, "its maximum of 3 active series");

        var statistics = fixture.Store.Statistics;
        Assert.Equal((3, 4, 2), (statistics.SeriesActive, statistics.SamplesAppended, statistics.SamplesDuplicate));
        Assert.Equal(
            ["labelsTooLong 0", "outOfOrder 1", "overSeriesLimit 2", "tooFarInFuture 1", "tooOld 1"],
            statistics.SamplesRefused.Order(Comparer<KeyValuePair<string, long>>.Create(
                (x, y) => string.CompareOrdinal(x.Key, y.Key))).Select(r => $"{r.Key} {r.Value}"));
    }

    [Fact]
    public async Task Late_samples_take_their_place_wherever_the_newer_ones_are()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 400; i++)
        {
            await fixture.AppendAsync("a", 0, Start - 4_000_000 + (i * 10_000), i);
        }

        await fixture.Store.FlushAsync(CancellationToken.None);
        for (int i = 399; i >= 0; i--)
        {
            var outcome = await fixture.AppendAsync("a", 0, Start - 4_000_000 + (i * 10_000) - 1, -i);
            Assert.Equal((1, 1, 0), (outcome.Accepted, outcome.Late, outcome.Rejected));
        }

        var expected = Enumerable.Range(0, 800).Select(i => (
            Start - 4_000_000 + (i / 2 * 10_000) - (1 - (i % 2)),
            BitConverter.DoubleToInt64Bits(i % 2 == 0 ? -(i / 2) : i / 2))).ToArray();
        Assert.Equal(expected, fixture.Read("a", 0));
        Assert.Equal(400, fixture.Store.Statistics.SamplesLate);
        await fixture.Store.FlushAsync(CancellationToken.None);
        Assert.Equal(expected, fixture.Read("a", 0));
        await fixture.ReopenAsync();
        Assert.Equal(expected, fixture.Read("a", 0));
    }

    [Fact]
    public async Task Two_values_of_one_timestamp_end_the_same_in_either_order()
    {
        foreach (bool flush in (bool[])[false, true])
        {
            await using var fixture = new StoreFixture();
            double[] values = [3, SampleValue.StaleMarker, 7, double.NaN, 7, -1];
            for (int i = 0; i < values.Length; i++)
            {
                for (int series = 0; series < 2; series++)
                {
                    double value = values[series == 0 ? i : values.Length - 1 - i];
                    var outcome = await fixture.AppendAsync(("a", series, Start, value), ("a", series, Start + i, i));
                    Assert.Equal((2, 0), (outcome.Written, outcome.Rejected));
                }

                if (flush)
                {
                    await fixture.Store.FlushAsync(CancellationToken.None);
                }
            }

            for (int series = 0; series < 2; series++)
            {
                Assert.Equal((Start, BitConverter.DoubleToInt64Bits(7.0)), fixture.Read("a", series)[0]);
            }

            await fixture.ReopenAsync();
            Assert.Equal(fixture.Read("a", 0), fixture.Read("a", 1));
        }
    }

    [Fact]
    public async Task After_a_clean_stop_there_is_no_journal_to_read()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions { DataFolder = folder };
        for (int i = 0; i < 100; i++)
        {
            await fixture.AppendAsync(("a", i % 5, Start - 50 + i, i), ("b", i % 3, Start - 50 + i, i));
        }

        var expected = fixture.Read("a", 1);
        await fixture.ReopenAsync();

        var statistics = fixture.Store.Statistics;
        Assert.Equal((0, 0, 2), (statistics.SamplesReplayed, statistics.SeriesActive, statistics.Blocks));
        Assert.InRange(statistics.JournalBytes, 0, 64);
        Assert.Equal(["a", "b"], fixture.Store.Hosts);
        Assert.Equal(expected, fixture.Read("a", 1));
        Assert.Equal(1, (await fixture.AppendAsync("a", 1, Start + 60, 7)).Accepted);
        Assert.Equal(expected.Length + 1, fixture.Read("a", 1).Length);
    }

    [Fact]
    public async Task A_long_journal_comes_back_whole_and_in_order()
    {
        await using var fixture = new StoreFixture();
        var samples = new (string, int, long, double)[2000];
        for (int round = 0; round < 60; round++)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                // Every seventh round is a minute late.
                long timestampMs = Start - 600_000 + (round * 1000) - (round % 7 == 6 ? 60_000 : 0);
                samples[i] = ($"h{i % 20}", i, timestampMs, i + round);
            }

            await fixture.AppendAsync(samples);
        }

        var expected = Enumerable.Range(0, 50).Select(i => fixture.Read($"h{i % 20}", i)).ToArray();
        await fixture.ReopenAsync();

        Assert.Equal(120_000, fixture.Store.Statistics.SamplesReplayed);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(60, expected[i].Length);
            Assert.Equal(expected[i], fixture.Read($"h{i % 20}", i));
        }
    }

    [Fact]
    public async Task One_refused_sample_does_not_keep_the_others_of_its_batch_out()
    {
        await using var fixture = new StoreFixture();
        var outcome = await fixture.AppendAsync(("a", 0, Start, 1), ("a", 1, Start + 3_600_000, 1), ("b", 2, Start, 1));

        Assert.Equal((2, 1), (outcome.Accepted, outcome.TooFarInFuture));
        Assert.Single(fixture.Read("b", 2));
        Assert.Empty(fixture.Read("a", 1));
    }

    [Fact]
    public async Task Matchers_select_series_in_label_order()
    {
        await using var fixture = new StoreFixture();
        for (int i = 0; i < 30; i++)
        {
            await fixture.AppendAsync($"h{i % 4}", i, Start, i);
        }

        Assert.Equal(30, Count(fixture.Store));
        Assert.Equal(10, Count(fixture.Store, new LabelMatcher("__name__", MatchOperator.Equal, "metric_1")));
        Assert.Equal(20, Count(fixture.Store, new LabelMatcher("__name__", MatchOperator.NotEqual, "metric_1")));
        Assert.Equal(11, Count(fixture.Store, new LabelMatcher("i", MatchOperator.RegexMatch, "1.?")));
        Assert.Equal(19, Count(fixture.Store, new LabelMatcher("i", MatchOperator.RegexNoMatch, "1.?")));
        Assert.Equal(30, Count(fixture.Store, new LabelMatcher("absent", MatchOperator.Equal, "")));
        Assert.Equal(0, Count(fixture.Store, new LabelMatcher("absent", MatchOperator.NotEqual, "")));
        Assert.Equal(8, Count(fixture.Store.ForHost("h1")));
        Assert.Equal(
            3, Count(fixture.Store.ForHost("h1"), new LabelMatcher("__name__", MatchOperator.Equal, "metric_1")));
        Assert.Equal(0, Count(fixture.Store.ForHost("unknown")));
        Assert.Equal(["h0", "h1", "h2", "h3"], fixture.Store.Hosts);
        Assert.Equal(["__name__", "i", "instance"], fixture.Store.LabelNames([], StoreFixture.Always));
        Assert.Equal(
            ["metric_0", "metric_1", "metric_2"], fixture.Store.LabelValues("__name__", [], StoreFixture.Always));
        var selected = fixture.Store.Select([], StoreFixture.Always);
        Assert.Equal(selected.Select(s => s.Labels).Order(), selected.Select(s => s.Labels));
    }

    [Fact]
    public async Task A_second_opener_is_told_which_process_holds_the_folder()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();

        var e = Assert.Throws<DataFolderLockedException>(
            () => SampleStore.Open(fixture.Options(fixture.Folder), fixture.Time, NullLogger.Instance));

        Assert.Equal(Environment.ProcessId, e.ProcessId);
        Assert.Contains(fixture.Folder, e.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_observer_hears_of_every_host_part_once()
    {
        await using var fixture = new StoreFixture();
        var observer = new CollectingObserver();
        fixture.Options = folder => new StorageOptions { DataFolder = folder, Observer = observer };

        await fixture.AppendAsync(
            ("a", 0, Start, 1), ("b", 1, Start + 5, 1), ("a", 2, Start + 7, 1), ("a", 2, Start + 7, 1));

        Assert.Equal([("a", Start + 7, 2), ("b", Start + 5, 1)], observer.Calls);
    }

    [Fact]
    public async Task Concurrent_appends_are_grouped_and_all_stored()
    {
        await using var fixture = new StoreFixture();
        fixture.Open();
        await Parallel.ForAsync(0, 400, async (i, _) =>
        {
            for (int j = 0; j < 5; j++)
            {
                await fixture.AppendAsync(($"h{i % 7}", i, Start + j, i + j), ("all", i, Start + j, j));
            }
        });

        await fixture.ReopenAsync();
        Assert.Equal(4000, fixture.Store.Statistics.SamplesReplayed);
        for (int i = 0; i < 400; i++)
        {
            Assert.Equal(5, fixture.Read($"h{i % 7}", i).Length);
        }
    }

    [Fact]
    public async Task Waiting_for_fsync_acknowledges_all()
    {
        await using var fixture = new StoreFixture();
        fixture.Options = folder => new StorageOptions { DataFolder = folder, FsyncBeforeAck = true };
        fixture.Open();
        await Parallel.ForAsync(0, 20, async (i, _) => await fixture.AppendAsync("a", i, Start, i));

        Assert.Equal(20, fixture.Store.Statistics.SamplesAppended);
    }

    [Fact]
    public async Task A_key_that_is_none_fails_its_batch_and_nothing_else()
    {
        await using var fixture = new StoreFixture();
        await fixture.AppendAsync("a", 0, Start, 1);
        var batch = new SampleBatch();
        batch.AddSeries(StoreFixture.LabelsOf("new", 1).ToKey());
        batch.AddSample(Start, 1);
        batch.AddSeries([5, 1]);
        batch.AddSample(Start, 1);
        await Assert.ThrowsAsync<FormatException>(
            async () => await fixture.Store.AppendAsync(batch, CancellationToken.None));
        Assert.True(fixture.Store.IsWritable);
        Assert.Empty(fixture.Read("new", 1));
        await fixture.AppendAsync(("a", 0, Start + 1, 1), ("new", 1, Start, 1));

        await fixture.ReopenAsync();
        Assert.Equal(2, fixture.Read("a", 0).Length);
        Assert.Single(fixture.Read("new", 1));
        Assert.Empty(fixture.Store.Statistics.Damages);
    }

    static int Count(ISampleSource source, params LabelMatcher[] matchers) =>
        source.Select(matchers, StoreFixture.Always).Count;

    static async Task Refused(
        StoreFixture fixture, (string, int, long, double) sample, Func<AppendOutcome, int> counter, string words)
    {
        var outcome = await fixture.AppendAsync(sample);
        Assert.Equal((1, 1, 0), (counter(outcome), outcome.Rejected, outcome.Accepted));
        Assert.Contains(words, outcome.FirstRefusal, StringComparison.Ordinal);
        Assert.Contains("metric_", outcome.FirstRefusal, StringComparison.Ordinal);
    }

    sealed class CollectingObserver : IAppendObserver
    {
        public List<(string, long, int)> Calls { get; } = [];

        public void OnAppended(AppendedHost host, ref object? known, long newestTimestampMs, int samples) =>
            Calls.Add((host.Name, newestTimestampMs, samples));
    }
}
