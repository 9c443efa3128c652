using CsCheck;
using Presage.Import;
using Presage.Metrics;
using Presage.Protocols.Tsdb;
using Presage.Tests.Tidy;
using Xunit;

namespace Presage.Tests.Import;

/// <summary>
/// Native histograms of a block that Prometheus 2.42 wrote (a snapshot of what was sent to it by remote write): 60 of
/// whole counts with a layout that grows, a counter reset, another zero threshold and an end, and 60 of floats.
/// </summary>
public sealed class HistogramChunkTests
{
    const long BaseMs = 1_795_418_520_000;

    static string Block => Path.Combine(Repository.Root, "tests", "Presage.Tests", "Import", "block-histograms");

    [Fact]
    public async Task A_block_of_Prometheus_is_read_histogram_for_histogram()
    {
        var target = new CollectingTarget();
        var parts = TsdbSource.Parts(new DirectoryInfo(Block), long.MinValue, long.MaxValue);
        var report = await new ImportRun(parts, target, null, target).RunAsync(CancellationToken.None);

        Assert.Equal(0, report.Histograms);
        Assert.Equal(
            Expected().Order(),
            target.Samples.Where(static s => s.Series.StartsWith("hist", StringComparison.Ordinal))
                .Select(static s =>
                    IsLayout(s) && !SampleValue.IsStale(s.Value) ? s with { Value = (int)s.Value >> 2 } : s)
                .Order());
        Assert.Equal(60, target.Samples.Count(static s => s.Series.StartsWith("plain", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_the_span_asked_for_is_read()
    {
        var target = new CollectingTarget();
        var parts = TsdbSource.Parts(new DirectoryInfo(Block), BaseMs + 600_000, BaseMs + 900_000);
        await new ImportRun(parts, target, null, target).RunAsync(CancellationToken.None);

        Assert.Equal(
            Expected().Count(static s => s.TimestampMs is >= BaseMs + 600_000 and <= BaseMs + 900_000),
            target.Samples.Count(static s => s.Series.StartsWith("hist", StringComparison.Ordinal)));
    }

    [Fact]
    public void Broken_bytes_never_crash() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Bool)
        .Sample(static (bytes, whole) =>
        {
            var batch = new SampleBatch();
            byte[] key = LabelSet.OfMetric("up").ToKey();
            _ = HistogramChunk.Add(
                bytes, whole ? HistogramChunk.Whole : HistogramChunk.Float, long.MinValue, long.MaxValue, key, batch);
        }, iter: 3_000);

    static bool IsLayout((string Series, long TimestampMs, double Value) sample) =>
        sample.Series.Contains("\"layout\"", StringComparison.Ordinal);

    /// <summary>What was sent, as parts; layouts without the hint, which Prometheus decides.</summary>
    static List<(string Series, long TimestampMs, double Value)> Expected()
    {
        var samples = new List<(string, long, double)>();
        for (int i = 0; i < 60; i++)
        {
            long timestampMs = BaseMs + (i * 60_000) + (i % 3);
            Add(samples, "hist_whole", "a", timestampMs, i == 59 ? null : Whole(i));
            Add(samples, "hist_float", "b", timestampMs, Float(i));
        }

        return samples;
    }

    static NativeHistogram Whole(int i)
    {
        int k = i < 25 ? i : i - 24;
        int zero = i % 25;
        int[] indexes = i < 10 ? [0, 1, 5] : [-2, 0, 1, 2, 5, 6];
        double[] counts = i < 10
            ? [(k * 3) + 1, (k * k) + 2, k + 1]
            : [k, (k * 3) + 1, (k * k) + 2, 7, k + 1, 2 * k];
        return new NativeHistogram
        {
            Schema = 2,
            Sum = (i * 1.25) - 7,
            Count = counts.Sum() + k + zero,
            ZeroThreshold = i < 40 ? Math.Pow(2, -128) : 0.003,
            ZeroCount = zero,
            Positive = HistogramBuckets.Of(indexes, counts),
            Negative = HistogramBuckets.Of([1], [k]),
        };
    }

    static NativeHistogram Float(int i)
    {
        double[] counts = [i * 0.5, 1.5, i * i * 0.25];
        return new NativeHistogram
        {
            Schema = -1,
            Sum = i * 0.1,
            Count = counts.Sum() + (0.25 * i),
            ZeroCount = 0.25 * i,
            Positive = HistogramBuckets.Of([5, 6, 7], counts),
        };
    }

    static void Add(
        List<(string, long, double)> samples, string name, string job, long timestampMs, NativeHistogram? histogram)
    {
        var batch = new SampleBatch();
        byte[] key = LabelSet.OfMetric(name, new Label("instance", "h:1"), new Label("job", job)).ToKey();
        HistogramParts.AddRun(batch, key, [(timestampMs, histogram)]);
        foreach (ref readonly var series in batch.Series)
        {
            string labels = LabelSet.FromKey(batch.KeyOf(series)).ToString();
            double value = batch.Values[series.FirstSample];
            bool isLayout = IsLayout((labels, timestampMs, value)) && !SampleValue.IsStale(value);
            samples.Add((labels, timestampMs, isLayout ? (int)value >> 2 : value));
        }
    }
}
