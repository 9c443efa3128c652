namespace Presage.Metrics;

/// <summary>
/// A source that can answer from roll-ups: for times whose raw samples are gone, and for steps so long that raw samples
/// would be a waste. Where roll-ups are not written yet (the last day or two), they are computed from raw samples, so
/// a tier answers for everything from its own oldest bucket up to now.
/// </summary>
public interface IRollupSource : ISampleSource
{
    /// <summary>The tiers kept, finest first; empty where there are none.</summary>
    IReadOnlyList<RollupTier> Tiers { get; }

    /// <summary>
    /// The oldest time from which on raw samples are complete, of the series that satisfy all matchers and may hold
    /// buckets in the range; <see cref="long.MaxValue"/> where there are none. Older ranges are answered by roll-ups
    /// alone.
    /// </summary>
    long OldestRawMs(IReadOnlyList<LabelMatcher> matchers, TimeRange range);

    /// <summary>
    /// Tells of a series whether its raw samples are kept from a time on, where retention is not the same for all;
    /// null where it is, or where nobody's are.
    /// </summary>
    Func<LabelSet, bool>? KeepsRaw(long fromMs);

    /// <summary>
    /// The series that satisfy all matchers and may hold buckets in the range, sorted by <see cref="LabelSet"/> order.
    /// </summary>
    IReadOnlyList<IRollupSeries> SelectRollups(
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, RollupTier tier);
}
