using System.Buffers.Binary;
using Presage.Metrics;
using Presage.Protocols.Prometheus;

namespace Presage.Protocols.Tsdb;

/// <summary>
/// Decodes a chunk of Prometheus' native histograms, of whole counts (encoding 2) or of floats (3): two bytes of count,
/// one of flags, then a bit stream: what all have in common (zero threshold, schema, spans, custom bounds), and each
/// histogram by its difference to the one before.
/// </summary>
public static class HistogramChunk
{
    /// <summary>Counts are whole numbers, told by the difference of differences.</summary>
    public const byte Whole = 2;

    /// <summary>Counts are floats, told as values of plain samples are.</summary>
    public const byte Float = 3;

    const int FlagsAt = 2, HeaderBytes = 3;
    const int ResetMask = 0xC0, Gauge = 0xC0, Reset = 0x80;

    /// <summary>
    /// Adds the histograms of a range of time to a batch, as series of their parts; returns what is broken, or null.
    /// </summary>
    /// <param name="data">The chunk.</param>
    /// <param name="encoding"><see cref="Whole"/> or <see cref="Float"/>.</param>
    /// <param name="fromMs">The first timestamp taken.</param>
    /// <param name="toMs">The last timestamp taken.</param>
    /// <param name="key">The series; not memory of the batch.</param>
    /// <param name="batch">Where they go.</param>
    public static string? Add(
        ReadOnlySpan<byte> data, byte encoding, long fromMs, long toMs, ReadOnlySpan<byte> key, SampleBatch batch)
    {
        if (data.Length < HeaderBytes)
        {
            return "the chunk is shorter than its header";
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(data);
        int header = data[FlagsAt] & ResetMask;
        var bits = new XorBits(data[HeaderBytes..]);
        if (count == 0 || !TryReadLayout(ref bits, out var layout, out var counts))
        {
            return count == 0 ? null : "its spans or bounds are impossible";
        }

        long timestampMs = 0, delta = 0;
        var run = new List<(long TimestampMs, NativeHistogram? Histogram)>();
        for (int i = 0; i < count; i++)
        {
            delta = i == 0 ? 0 : delta + bits.ReadVarbit();
            timestampMs = i == 0 ? bits.ReadVarbit() : timestampMs + delta;
            if (!counts.Read(ref bits, encoding == Float, isFirst: i == 0) || bits.IsBroken)
            {
                return $"the chunk ends within histogram {i + 1} of {count}";
            }

            if (timestampMs < fromMs || timestampMs > toMs)
            {
                continue;
            }

            // What follows the first of a counter's chunk is no reset; of the first it is not known, as a rule.
            var hint = header == Gauge ? CounterResetHint.Gauge
                : i > 0 ? CounterResetHint.NotReset
                : header == Reset ? CounterResetHint.Reset : CounterResetHint.Unknown;
            string? problem = null;
            var histogram = counts.IsStale ? null : counts.Make(layout, hint, out problem);
            if (problem is not null)
            {
                return problem;
            }

            run.Add((timestampMs, histogram));
        }

        HistogramParts.AddRun(batch, key, run);
        return null;
    }

    static bool TryReadLayout(ref XorBits bits, out HistogramLayout layout, out HistogramCounts counts)
    {
        int code = (int)bits.ReadBits(8);
        double zeroThreshold = code switch
        {
            0 => 0,
            255 => BitConverter.UInt64BitsToDouble(bits.ReadBits(64)),
            _ => Math.ScaleB(0.5, code - 243),
        };
        int schema = (int)Math.Clamp(bits.ReadVarbit(), int.MinValue, int.MaxValue);
        List<(int, long)> positive = [], negative = [];
        List<double> bounds = [];
        int positives = ReadSpans(ref bits, positive), negatives = ReadSpans(ref bits, negative);
        bool isWhole = positives >= 0 && negatives >= 0 &&
            (schema != NativeHistogram.CustomSchema || ReadBounds(ref bits, bounds));
        layout = new HistogramLayout
        {
            Schema = schema,
            ZeroThreshold = zeroThreshold,
            PositiveSpans = positive,
            NegativeSpans = negative,
            CustomBounds = bounds,
        };
        counts = new HistogramCounts(Math.Max(0, positives), Math.Max(0, negatives));
        return isWhole && !bits.IsBroken;
    }

    /// <summary>Reads spans; returns how many buckets are in them, or -1.</summary>
    static int ReadSpans(ref XorBits bits, List<(int Offset, long Length)> spans)
    {
        ulong count = bits.ReadUnsignedVarbit();
        long buckets = 0;
        for (ulong i = 0; i < count; i++)
        {
            ulong length = bits.ReadUnsignedVarbit();
            long offset = bits.ReadVarbit();
            buckets += (long)Math.Min(length, HistogramParts.PartsMax + 1);
            if (buckets > HistogramParts.PartsMax || i >= HistogramParts.PartsMax || offset is < int.MinValue
                or > int.MaxValue)
            {
                return -1;
            }

            spans.Add(((int)offset, (long)length));
        }

        return (int)buckets;
    }

    static bool ReadBounds(ref XorBits bits, List<double> bounds)
    {
        ulong count = bits.ReadUnsignedVarbit();
        for (ulong i = 0; i < count; i++)
        {
            if (i >= HistogramParts.PartsMax)
            {
                return false;
            }

            // Whole thousandths, from 1 on; 0 is followed by a float.
            ulong thousandths = bits.ReadUnsignedVarbit();
            bounds.Add(thousandths == 0
                ? BitConverter.UInt64BitsToDouble(bits.ReadBits(64))
                : (thousandths - 1) / 1000.0);
        }

        return true;
    }
}
