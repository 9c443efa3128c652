using System.Globalization;
using System.Text;

namespace Presage.Metrics;

/// <summary>
/// How native histograms are stored: as series of numbers, one for each part of the histogram that holds anything,
/// told apart by the label <c>__histogram__</c>. So journal, chunks, blocks, merges, late samples and deletions hold
/// for them as for all samples, and a bucket costs what one of a classic histogram costs. Drawn:
/// docs/formats/histogram.md.
/// </summary>
public static class HistogramParts
{
    /// <summary>The label that says which part of a histogram a series is.</summary>
    public const string Label = "__histogram__";

    /// <summary>Every histogram has it: schema and counter reset hint, or a staleness marker.</summary>
    public const string Layout = "layout";

    public const string Count = "count";

    public const string Sum = "sum";

    /// <summary>Buckets and other parts of one histogram, at most.</summary>
    public const int PartsMax = 1000;

    const int HintBits = 2;

    static readonly byte[] LabelBytes = Encoding.UTF8.GetBytes(Label);

    /// <summary>Whether a canonical key is that of a part.</summary>
    public static bool IsPart(ReadOnlySpan<byte> key) => !SeriesKey.ValueOf(key, LabelBytes).IsEmpty;

    /// <summary>Adds a histogram of the series with this key to a batch; returns how many samples it became.</summary>
    public static int Add(SampleBatch batch, ReadOnlySpan<byte> key, long timestampMs, NativeHistogram histogram)
    {
        int before = batch.SampleCount;
        foreach (var (part, value) in Of(histogram))
        {
            BeginPart(batch, key, part);
            batch.AddSample(timestampMs, value);
        }

        return batch.SampleCount - before;
    }

    /// <summary>
    /// Adds histograms of one series, in the order of time, part by part; null ends the series.
    /// </summary>
    public static void AddRun(
        SampleBatch batch, ReadOnlySpan<byte> key,
        IReadOnlyList<(long TimestampMs, NativeHistogram? Histogram)> histograms)
    {
        var parts = new SortedDictionary<string, List<(long TimestampMs, double Value)>>(StringComparer.Ordinal);
        foreach (var (timestampMs, histogram) in histograms)
        {
            foreach (var (part, value) in histogram is null ? [(Layout, SampleValue.StaleMarker)] : Of(histogram))
            {
                if (!parts.TryGetValue(part, out var samples))
                {
                    parts.Add(part, samples = []);
                }

                samples.Add((timestampMs, value));
            }
        }

        foreach (var (part, samples) in parts)
        {
            BeginPart(batch, key, part);
            foreach (var (timestampMs, value) in samples)
            {
                batch.AddSample(timestampMs, value);
            }
        }
    }

    /// <summary>Ends the histograms of a series; returns the samples added.</summary>
    public static int AddStale(SampleBatch batch, ReadOnlySpan<byte> key, long timestampMs)
    {
        BeginPart(batch, key, Layout);
        batch.AddSample(timestampMs, SampleValue.StaleMarker);
        return 1;
    }

    /// <summary>What a sample of the part <see cref="Layout"/> says.</summary>
    internal static (int Schema, CounterResetHint Hint) ReadLayout(double value)
    {
        int layout = value is >= -1024 and <= 1024 ? (int)value : 0;
        return (layout >> HintBits, (CounterResetHint)(layout & ((1 << HintBits) - 1)));
    }

    static IEnumerable<(string Part, double Value)> Of(NativeHistogram histogram)
    {
        yield return (Layout, (histogram.Schema << HintBits) | (int)histogram.Hint);
        yield return (Count, histogram.Count);
        yield return (Sum, histogram.Sum);
        if (!histogram.IsCustom)
        {
            string zero = string.Create(CultureInfo.InvariantCulture, $"zero:{histogram.ZeroThreshold:R}");
            yield return (zero, histogram.ZeroCount);
        }

        var buckets = histogram.IsCustom
            ? CustomOf(histogram)
            : SideOf('p', histogram.Positive).Concat(SideOf('n', histogram.Negative));
        foreach (var bucket in buckets)
        {
            yield return bucket;
        }
    }

    /// <summary>
    /// Buckets of custom bounds are told by their upper ones, empty ones too: the bounds are part of it.
    /// </summary>
    static IEnumerable<(string Part, double Value)> CustomOf(NativeHistogram histogram)
    {
        var counts = histogram.Positive;
        int at = 0;
        for (int i = 0; i <= histogram.CustomBounds.Count; i++)
        {
            double bound = i < histogram.CustomBounds.Count ? histogram.CustomBounds[i] : double.PositiveInfinity;
            bool present = at < counts.Length && counts.Indexes[at] == i;
            yield return (
                string.Create(CultureInfo.InvariantCulture, $"le:{bound:R}"), present ? counts.Counts[at] : 0);
            at += present ? 1 : 0;
        }
    }

    static IEnumerable<(string Part, double Value)> SideOf(char side, HistogramBuckets buckets)
    {
        for (int i = 0; i < buckets.Length; i++)
        {
            yield return (
                string.Create(CultureInfo.InvariantCulture, $"{side}:{buckets.Indexes[i]}"), buckets.Counts[i]);
        }
    }

    static void BeginPart(SampleBatch batch, ReadOnlySpan<byte> key, string part)
    {
        batch.BeginSeries();
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var text))
        {
            batch.AddLabel(name, text);
        }

        batch.AddLabel(Label, part);
        batch.EndLabels();
    }
}
