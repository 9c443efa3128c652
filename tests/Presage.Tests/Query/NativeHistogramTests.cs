using Presage.Metrics;
using Presage.Query;
using Presage.Query.Scripts;
using Xunit;

namespace Presage.Tests.Query;

public sealed class NativeHistogramTests
{
    static readonly PromQlEngine Engine = new(new QueryLimits(), QueryFeatures.ExperimentalFunctions);

    [Fact]
    public void A_result_shows_buckets_with_their_bounds()
    {
        var samples = new ScriptSamples();
        samples.Add(LabelSet.OfMetric("h"), 0, new NativeHistogram
        {
            Count = 6,
            Sum = 4,
            ZeroCount = 1,
            ZeroThreshold = 0.5,
            Positive = HistogramBuckets.OfRun(1, [2, 0, 1]),
            Negative = HistogramBuckets.OfRun(0, [2]),
        });

        var series = Engine.Instant(Engine.Prepare("h"), 0, samples, CancellationToken.None).Series[0];

        var histogram = series.HistogramAt(0)!;
        Assert.Equal(
            [
                new QueriedBucket(1, -1, -0.5, 2), new QueriedBucket(3, -0.5, 0.5, 1),
                new QueriedBucket(0, 1, 2, 2), new QueriedBucket(0, 4, 8, 1),
            ],
            QueriedHistogram.BucketsOf(histogram));
        Assert.Equal(
            "{count:6, sum:4, [-1,-0.5):2, [-0.5,0.5]:1, (1,2]:2, (4,8]:1}", QueriedHistogram.TextOf(histogram));
        Assert.True(double.IsNaN(series.Value));
    }

    [Fact]
    public void Numbers_and_histograms_of_one_series_keep_their_order()
    {
        var samples = new ScriptSamples();
        samples.Add(LabelSet.OfMetric("m"), 0, 1);
        samples.Add(LabelSet.OfMetric("m"), 60_000, new NativeHistogram { Count = 2 });
        samples.Add(LabelSet.OfMetric("m"), 120_000, 3);

        var query = Engine.Prepare("m");
        var series = Engine.Range(query, 0, 120_000, 60_000, samples, CancellationToken.None).Series[0];

        Assert.Equal([1, double.NaN, 3], series.Values.ToArray());
        Assert.Equal(2, series.HistogramAt(1)!.Count);
        Assert.Null(series.HistogramAt(2));
    }

    [Theory]
    [InlineData("{{sum:1 count:2 buckets:[1 1]}", "x.test:2: a histogram lacks its \"}}\"")]
    [InlineData("{{summ:1}}", "x.test:2: a histogram has no \"summ\"")]
    [InlineData("{{schema:x}}", "x.test:2: \"x\" of a histogram is no whole number")]
    [InlineData("{{counter_reset_hint:maybe}}", "x.test:2: no counter_reset_hint \"maybe\"")]
    public void Refuses_a_histogram_it_cannot_read(string literal, string message)
    {
        var error = Assert.Throws<ScriptException>(() => PromQlScript.Run(
            "x.test", "load 1m\n  m " + literal, TestContext.Current.CancellationToken));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }
}
