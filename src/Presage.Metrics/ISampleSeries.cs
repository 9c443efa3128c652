namespace Presage.Metrics;

/// <summary>One selected series.</summary>
public interface ISampleSeries
{
    LabelSet Labels { get; }

    /// <summary>
    /// Appends the samples of the range, ascending in time, staleness markers included, to the columns.
    /// </summary>
    void Read(TimeRange range, SampleColumns columns);
}
