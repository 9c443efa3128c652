using Presage.Metrics;
using Presage.Query;
using Xunit;

namespace Presage.Tests.Query;

public sealed class RollupTests
{
    const long Hour = 3_600_000;

    static readonly PromQlEngine Engine = new(new QueryLimits());

    [Theory]
    [InlineData("max_over_time(m[2h])", 33)]
    [InlineData("min_over_time(m[2h])", 20)]
    [InlineData("avg_over_time(m[2h])", 26.5)]
    [InlineData("sum_over_time(m[2h])", 53 * 120)]
    [InlineData("count_over_time(m[2h])", 240)]
    [InlineData("increase(m[2h])", 120)]
    [InlineData("rate(m[2h])", 120 / 7200.0)]
    [InlineData("rate(m[5m])", 60 / 3600.0)]
    [InlineData("last_over_time(m[2h])", 31)]
    [InlineData("m", 31)]
    [InlineData("stddev_over_time(m[2h])", 0.5)]
    public void Functions_stay_right_where_raw_samples_are_gone(string query, double expected)
    {
        var source = new Buckets(oldestRawMs: 100 * Hour);

        var result = Engine.Range(
            Engine.Prepare(query), 32 * Hour, 33 * Hour, Hour, source, TestContext.Current.CancellationToken);

        Assert.Equal(expected, result.Series[0].Values[0], 9);
        string info = Assert.Single(result.Infos, static i => i.Contains("roll-ups", StringComparison.Ordinal));
        Assert.StartsWith(
            "PromQL info: raw samples before 1970-01-05T04:00:00Z are gone, answered from roll-ups of 60 minutes (1:",
            info, StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_samples_answer_while_they_are_there()
    {
        var source = new Buckets(oldestRawMs: 10 * Hour);

        var result = Engine.Range(
            Engine.Prepare("m"), 32 * Hour, 33 * Hour, Hour, source, TestContext.Current.CancellationToken);

        Assert.Equal(1_000, result.Series[0].Value);
        Assert.Empty(result.Infos);
    }

    [Fact]
    public void Raw_samples_answer_for_series_without_roll_ups_such_as_native_histograms()
    {
        var source = new Buckets(oldestRawMs: 100 * Hour) { HasRollups = false };

        var result = Engine.Range(
            Engine.Prepare("m"), 32 * Hour, 33 * Hour, Hour, source, TestContext.Current.CancellationToken);

        Assert.Equal(1_000, result.Series[0].Value);
        Assert.Contains("no roll-ups are kept of these series", Assert.Single(result.Infos), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m", 1_000, 31)]
    [InlineData("max_over_time(m[2h])", 1_000, 33)]
    [InlineData("count_over_time(m[2h])", 120, 240)]
    [InlineData("avg_over_time(m[2h])", 1_000, 26.5)]
    public void Series_whose_raw_samples_are_kept_longer_are_answered_from_those(
        string query, double raw, double rolledUp)
    {
        var source = new Two(
            new Buckets(100 * Hour) { Labels = LabelSet.OfMetric("m", new Label("kept", "longer")) },
            new Buckets(100 * Hour) { Labels = LabelSet.OfMetric("m", new Label("kept", "as_all")) });

        var result = Engine.Range(
            Engine.Prepare(query), 32 * Hour, 33 * Hour, Hour, source, TestContext.Current.CancellationToken);

        Assert.Equal(["as_all", "longer"], result.Series.Select(static s => s.Labels["kept"]));
        Assert.Equal((rolledUp, raw), (result.Series[0].Values[0], result.Series[1].Values[0]));
        Assert.Contains(
            "raw samples of some series before 1970-01-05T04:00:00Z are gone, these are answered from roll-ups of 60",
            Assert.Single(result.Infos), StringComparison.Ordinal);
    }

    /// <summary>A series whose raw samples are kept, and one whose are gone.</summary>
    sealed class Two(Buckets kept, Buckets gone) : IRollupSource
    {
        public IReadOnlyList<RollupTier> Tiers => gone.Tiers;

        public long OldestRawMs(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
            gone.OldestRawMs(matchers, range);

        public Func<LabelSet, bool>? KeepsRaw(long fromMs) => labels => labels == kept.Labels;

        public IReadOnlyList<IRollupSeries> SelectRollups(
            IReadOnlyList<LabelMatcher> matchers, TimeRange range, RollupTier tier) => [gone, kept];

        public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
            [gone, kept];

        public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];

        public IReadOnlyList<string> LabelValues(
            string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];
    }

    /// <summary>Hourly buckets: in hour h the values go from h - 10 to h + 2 and end at h, of 120 samples.</summary>
    sealed class Buckets(long oldestRawMs) : IRollupSource, IRollupSeries, ISampleSeries
    {
        public IReadOnlyList<RollupTier> Tiers => [RollupTier.OneHour];

        public long OldestRawMs(IReadOnlyList<LabelMatcher> matchers, TimeRange range) => oldestRawMs;

        public Func<LabelSet, bool>? KeepsRaw(long fromMs) => null;

        public bool HasRollups { get; init; } = true;

        public LabelSet Labels { get; init; } = LabelSet.OfMetric("m");

        public IReadOnlyList<IRollupSeries> SelectRollups(
            IReadOnlyList<LabelMatcher> matchers, TimeRange range, RollupTier tier) => HasRollups ? [this] : [];

        public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [this];

        public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];

        public IReadOnlyList<string> LabelValues(
            string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) => [];

        public void Read(TimeRange range, RollupColumns columns)
        {
            for (long hour = Math.Max(0, range.FromMs / Hour); hour * Hour <= range.ToMs; hour++)
            {
                columns.Add(new RollupBucket(
                    hour * Hour, hour - 10, hour + 2, 120 * (hour - 4), 120, hour - 10, hour, 60));
            }
        }

        public void Read(TimeRange range, SampleColumns columns)
        {
            for (long at = Math.Max(0, range.FromMs / 60_000 * 60_000); at <= range.ToMs; at += 60_000)
            {
                if (range.Contains(at))
                {
                    columns.Add(at, 1_000);
                }
            }
        }
    }
}
