namespace Presage.Metrics;

/// <summary>One selected series of roll-ups.</summary>
public interface IRollupSeries
{
    LabelSet Labels { get; }

    /// <summary>
    /// Appends the buckets whose whole span or part of it lies in the range, ascending. A bucket without a sample does
    /// not exist.
    /// </summary>
    void Read(TimeRange range, RollupColumns columns);
}
