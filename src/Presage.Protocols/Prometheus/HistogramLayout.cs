using Presage.Metrics;

namespace Presage.Protocols.Prometheus;

/// <summary>
/// What native histograms of one kind have in common: schema and spans of neighbouring buckets, as they are sent and
/// stored. Makes histograms of it and of counts.
/// </summary>
sealed class HistogramLayout
{
    public required int Schema { get; init; }

    public required double ZeroThreshold { get; init; }

    /// <summary>Buckets skipped since the span before, and those of the span.</summary>
    public required List<(int Offset, long Length)> PositiveSpans { get; init; }

    public required List<(int Offset, long Length)> NegativeSpans { get; init; }

    public required List<double> CustomBounds { get; init; }

    bool IsCustom => Schema == NativeHistogram.CustomSchema;

    /// <summary>A histogram of these counts; null where they do not fit, with what is wrong.</summary>
    public NativeHistogram? TryMake(
        CounterResetHint hint, double count, double sum, double zeroCount, List<double> positiveCounts,
        List<double> negativeCounts, out string? problem)
    {
        problem = null;
        if (!IsCustom && Schema is < NativeHistogram.SchemaMin or > NativeHistogram.SchemaMax)
        {
            problem = $"a native histogram has the unknown schema {Schema}; "
                + $"{NativeHistogram.SchemaMin} to {NativeHistogram.SchemaMax} and -53 are known.";
            return null;
        }

        var positive = SideOf(PositiveSpans, positiveCounts, ref problem);
        var negative = SideOf(NegativeSpans, negativeCounts, ref problem);
        if (problem is null && IsCustom && !BoundsAscend(positive))
        {
            problem = "the bounds of a native histogram do not ascend, or it has more buckets than bounds.";
        }

        return problem is not null ? null : new NativeHistogram
        {
            Schema = Schema,
            Hint = hint,
            Count = count,
            Sum = sum,
            ZeroThreshold = IsCustom ? 0 : ZeroThreshold,
            ZeroCount = IsCustom ? 0 : zeroCount,
            Positive = positive,
            Negative = IsCustom ? HistogramBuckets.Empty : negative,
            CustomBounds = IsCustom ? [.. CustomBounds] : [],
        };
    }

    bool BoundsAscend(HistogramBuckets buckets)
    {
        for (int i = 0; i < CustomBounds.Count; i++)
        {
            if (!double.IsFinite(CustomBounds[i]) || (i > 0 && CustomBounds[i] <= CustomBounds[i - 1]))
            {
                return false;
            }
        }

        return buckets.Length == 0 || (buckets.Indexes[0] >= 0 && buckets.Indexes[^1] <= CustomBounds.Count);
    }

    static HistogramBuckets SideOf(
        List<(int Offset, long Length)> spans, List<double> counts, ref string? problem)
    {
        List<int> indexes = [];
        long index = 0;
        foreach (var (offset, length) in spans)
        {
            index += offset;
            if (length > counts.Count - indexes.Count || Math.Abs(index) > 1 << 24)
            {
                problem = "the spans of a native histogram do not fit its buckets.";
                return HistogramBuckets.Empty;
            }

            for (long i = 0; i < length; i++)
            {
                indexes.Add((int)index++);
            }
        }

        if (indexes.Count != counts.Count || indexes.Count > HistogramParts.PartsMax)
        {
            problem = indexes.Count != counts.Count
                ? "the spans of a native histogram do not fit its buckets."
                : $"a native histogram has more than {HistogramParts.PartsMax} buckets on a side.";
            return HistogramBuckets.Empty;
        }

        return HistogramBuckets.Of([.. indexes], [.. counts]);
    }
}
