namespace Presage.Metrics;

/// <summary>
/// What the samples of one bucket come to. Staleness markers do not count as samples. A NaN sample counts, makes the
/// sum NaN, and is passed over by minimum, maximum and increase.
/// </summary>
/// <param name="StartMs">The beginning of the bucket; it ends, exclusively, one step later.</param>
/// <param name="Min">The least value; NaN where all are.</param>
/// <param name="Max">The greatest value; NaN where all are.</param>
/// <param name="Sum">The sum, added up in the order of time.</param>
/// <param name="Count">The number of samples, at least 1.</param>
/// <param name="First">The first value.</param>
/// <param name="Last">The last value.</param>
/// <param name="Increase">What a counter grew by, resets counted as beginning from 0: from the sample before the
/// bucket on (at most a day older), else from the bucket's first sample. The increase over a span is the sum of its
/// buckets' increases, with nothing to extrapolate.</param>
public readonly record struct RollupBucket(
    long StartMs, double Min, double Max, double Sum, long Count, double First, double Last, double Increase);
