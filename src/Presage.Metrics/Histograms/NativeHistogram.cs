namespace Presage.Metrics;

/// <summary>
/// A sample that is a whole distribution (Prometheus native histogram, counts as floats). Immutable. Exponential
/// buckets have the upper bounds <c>2^(index * 2^-schema)</c> on either side of a zero bucket; under
/// <see cref="CustomSchema"/> the bounds are listed, and bucket i lies between bounds i-1 and i.
/// </summary>
public sealed record NativeHistogram
{
    /// <summary>The schema of histograms with custom bounds.</summary>
    public const int CustomSchema = -53;

    /// <summary>The coarsest and finest exponential schema.</summary>
    public const int SchemaMin = -4, SchemaMax = 8;

    public CounterResetHint Hint { get; init; }

    public int Schema { get; init; }

    /// <summary>Observations up to this absolute value lie in the zero bucket.</summary>
    public double ZeroThreshold { get; init; }

    public double ZeroCount { get; init; }

    /// <summary>All observations, NaN ones (which are in no bucket) included.</summary>
    public double Count { get; init; }

    public double Sum { get; init; }

    public HistogramBuckets Positive { get; init; } = HistogramBuckets.Empty;

    public HistogramBuckets Negative { get; init; } = HistogramBuckets.Empty;

    /// <summary>Finite upper bounds, ascending, of custom buckets; the last bucket ends at +Inf.</summary>
    public IReadOnlyList<double> CustomBounds { get; init; } = [];

    public bool IsCustom => Schema == CustomSchema;

    /// <summary>Whether two histograms hold the same distribution; hints do not count.</summary>
    public bool SameAs(NativeHistogram other) =>
        Schema == other.Schema && ZeroThreshold == other.ZeroThreshold && ZeroCount == other.ZeroCount
        && Count == other.Count && (Sum == other.Sum || (double.IsNaN(Sum) && double.IsNaN(other.Sum)))
        && Positive.Equals(other.Positive) && Negative.Equals(other.Negative)
        && CustomBounds.SequenceEqual(other.CustomBounds);
}
