using CsCheck;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Storage;

/// <summary>Native histograms come out of the store as they went in (docs/formats/histogram.md).</summary>
public sealed class HistogramStoreTests
{
    static readonly LabelSet Labels = LabelSet.OfMetric("latency", new Label("instance", "web1:9100"));
    static readonly LabelMatcher Name = new(LabelNames.MetricName, MatchOperator.Equal, "latency");

    static readonly Gen<HistogramBuckets> GenBuckets =
        from first in Gen.Int[-500, 500]
        from counts in Gen.Double[0, 1e12].Array[0, 12]
        select HistogramBuckets.OfRun(first, [.. counts.Select(Math.Floor)]);

    static readonly Gen<NativeHistogram> GenExponential =
        from schema in Gen.Int[NativeHistogram.SchemaMin, NativeHistogram.SchemaMax]
        from hint in Gen.Int[0, 3]
        from sum in Gen.OneOf(Gen.Double, Gen.Const(double.NaN))
        from zero in Gen.Double[0, 0.01]
        from positive in GenBuckets
        from negative in GenBuckets
        select new NativeHistogram
        {
            Schema = schema,
            Hint = (CounterResetHint)hint,
            Count = positive.Length + 7,
            Sum = sum,
            ZeroThreshold = zero,
            ZeroCount = Math.Floor(zero * 1000),
            Positive = positive,
            Negative = negative,
        };

    static readonly Gen<NativeHistogram> GenCustom =
        from bounds in Gen.Double[-1e6, 1e6].HashSet[1, 8]
        from counts in Gen.Double[0, 1000].Array[9]
        select new NativeHistogram
        {
            Schema = NativeHistogram.CustomSchema,
            Count = counts.Sum(),
            Sum = 1,
            Positive = HistogramBuckets.OfRun(0, counts.AsSpan(0, bounds.Count + 1)),
            CustomBounds = [.. bounds.Order()],
        };

    [Fact]
    public Task What_went_in_comes_out_from_head_and_blocks() =>
        Gen.OneOf(GenExponential, GenCustom).Array[1, 40].SampleAsync(static async sent =>
        {
            await using var fixture = new StoreFixture();
            await AppendAsync(fixture, sent);
            AssertSame(sent, Read(fixture));

            await fixture.Store.FlushAsync(CancellationToken.None);
            await fixture.ReopenAsync();

            AssertSame(sent, Read(fixture));
        }, iter: 10);

    [Fact]
    public async Task Parts_are_no_series_and_no_label_of_their_own_unless_asked_for()
    {
        await using var fixture = new StoreFixture();
        await AppendAsync(fixture, [new NativeHistogram { Count = 2, Positive = HistogramBuckets.OfRun(0, [2]) }]);

        Assert.Equal([Labels], fixture.Store.Select([Name], StoreFixture.Always).Select(static s => s.Labels));
        Assert.Equal(["__name__", "instance"], fixture.Store.LabelNames([], StoreFixture.Always));
        var parts = new LabelMatcher(HistogramParts.Label, MatchOperator.RegexMatch, ".+");
        Assert.Equal(
            ["count", "layout", "p:0", "sum", "zero:0"],
            fixture.Store.Select([Name, parts], StoreFixture.Always)
                .Select(static s => s.Labels[HistogramParts.Label]));
    }

    [Fact]
    public async Task Numbers_histograms_and_ends_of_one_series_keep_their_order()
    {
        await using var fixture = new StoreFixture();
        var batch = new SampleBatch();
        byte[] key = Labels.ToKey();
        batch.AddSeries(key);
        batch.AddSample(StoreFixture.StartMs, 1);
        batch.AddSample(StoreFixture.StartMs + 3000, 4);
        HistogramParts.Add(batch, key, StoreFixture.StartMs + 1000, new NativeHistogram { Count = 2 });
        HistogramParts.AddStale(batch, key, StoreFixture.StartMs + 2000);
        await fixture.Store.AppendAsync(batch, CancellationToken.None);

        var columns = Read(fixture);

        Assert.Equal(
            [0, 1000, 2000, 3000], columns.TimestampsMs.ToArray().Select(static t => t - StoreFixture.StartMs));
        Assert.Equal((1.0, 4.0), (columns.Values[0], columns.Values[3]));
        Assert.Equal(2, columns.Histograms[1]!.Count);
        Assert.True(SampleValue.IsStale(columns.Values[2]));
    }

    static async Task AppendAsync(StoreFixture fixture, NativeHistogram[] histograms)
    {
        var batch = new SampleBatch();
        for (int i = 0; i < histograms.Length; i++)
        {
            HistogramParts.Add(batch, Labels.ToKey(), StoreFixture.StartMs + (i * 1000), histograms[i]);
        }

        var outcome = await fixture.Store.AppendAsync(batch, CancellationToken.None);
        Assert.Equal((batch.SampleCount, 0), (outcome.Accepted, outcome.Rejected));
    }

    static SampleColumns Read(StoreFixture fixture)
    {
        var columns = new SampleColumns();
        Assert.Single(fixture.Store.Select([Name], StoreFixture.Always)).Read(StoreFixture.Always, columns);
        return columns;
    }

    static void AssertSame(NativeHistogram[] sent, SampleColumns columns)
    {
        Assert.Equal(sent.Length, columns.Count);
        for (int i = 0; i < sent.Length; i++)
        {
            Assert.True(sent[i].SameAs(columns.Histograms[i]!), $"{sent[i]} is not {columns.Histograms[i]}");
            Assert.Equal(sent[i].Hint, columns.Histograms[i]!.Hint);
        }
    }
}
