namespace Presage.Metrics;

/// <summary>One selected series.</summary>
public interface ISampleSeries
{
    LabelSet Labels { get; }

    /// <summary>
    /// Appends the samples of the range, ascending in time, staleness markers included, to the columns.
    /// </summary>
    void Read(TimeRange range, SampleColumns columns);

    /// <summary>
    /// Appends the newest sample of the range, if there is one, staleness markers included: what <see cref="Read"/>
    /// would append last, for instant queries that need no other.
    /// </summary>
    void ReadNewest(TimeRange range, SampleColumns columns)
    {
        int start = columns.Count;
        Read(range, columns);
        columns.KeepNewest(start);
    }
}
