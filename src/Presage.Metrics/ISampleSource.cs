namespace Presage.Metrics;

/// <summary>Where queries read. Results are a consistent view of what was appended before the call.</summary>
public interface ISampleSource
{
    /// <summary>
    /// The series that satisfy all matchers and may hold samples in the range, sorted by <see cref="LabelSet"/> order.
    /// </summary>
    IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range);

    /// <summary>The same in no particular order but the one in which reading them is cheapest.</summary>
    IReadOnlyList<ISampleSeries> SelectInAnyOrder(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        Select(matchers, range);

    /// <summary>Sorted names of all labels of the series that satisfy the matchers.</summary>
    IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range);

    /// <summary>Sorted values of one label over the series that satisfy the matchers.</summary>
    IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range);
}
