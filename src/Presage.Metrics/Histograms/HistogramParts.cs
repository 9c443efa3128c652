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
        Add(batch, key, Layout, timestampMs, (histogram.Schema << HintBits) | (int)histogram.Hint);
        Add(batch, key, Count, timestampMs, histogram.Count);
        Add(batch, key, Sum, timestampMs, histogram.Sum);
        if (histogram.IsCustom)
        {
            AddCustom(batch, key, timestampMs, histogram);
            return batch.SampleCount - before;
        }

        string zero = string.Create(CultureInfo.InvariantCulture, $"zero:{histogram.ZeroThreshold:R}");
        Add(batch, key, zero, timestampMs, histogram.ZeroCount);
        AddSide(batch, key, 'p', timestampMs, histogram.Positive);
        AddSide(batch, key, 'n', timestampMs, histogram.Negative);
        return batch.SampleCount - before;
    }

    /// <summary>Ends the histograms of a series; returns the samples added.</summary>
    public static int AddStale(SampleBatch batch, ReadOnlySpan<byte> key, long timestampMs)
    {
        Add(batch, key, Layout, timestampMs, SampleValue.StaleMarker);
        return 1;
    }

    /// <summary>What a sample of the part <see cref="Layout"/> says.</summary>
    internal static (int Schema, CounterResetHint Hint) ReadLayout(double value)
    {
        int layout = value is >= -1024 and <= 1024 ? (int)value : 0;
        return (layout >> HintBits, (CounterResetHint)(layout & ((1 << HintBits) - 1)));
    }

    /// <summary>
    /// Buckets of custom bounds are told by their upper ones, empty ones too: the bounds are part of it.
    /// </summary>
    static void AddCustom(SampleBatch batch, ReadOnlySpan<byte> key, long timestampMs, NativeHistogram histogram)
    {
        var counts = histogram.Positive;
        int at = 0;
        for (int i = 0; i <= histogram.CustomBounds.Count; i++)
        {
            double bound = i < histogram.CustomBounds.Count ? histogram.CustomBounds[i] : double.PositiveInfinity;
            bool present = at < counts.Length && counts.Indexes[at] == i;
            Add(
                batch, key, string.Create(CultureInfo.InvariantCulture, $"le:{bound:R}"), timestampMs,
                present ? counts.Counts[at] : 0);
            at += present ? 1 : 0;
        }
    }

    static void AddSide(
        SampleBatch batch, ReadOnlySpan<byte> key, char side, long timestampMs, HistogramBuckets buckets)
    {
        for (int i = 0; i < buckets.Length; i++)
        {
            string part = string.Create(CultureInfo.InvariantCulture, $"{side}:{buckets.Indexes[i]}");
            Add(batch, key, part, timestampMs, buckets.Counts[i]);
        }
    }

    static void Add(SampleBatch batch, ReadOnlySpan<byte> key, string part, long timestampMs, double value)
    {
        batch.BeginSeries();
        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var text))
        {
            batch.AddLabel(name, text);
        }

        batch.AddLabel(Label, part);
        batch.EndLabels();
        batch.AddSample(timestampMs, value);
    }
}
