using Presage.Metrics;

namespace Presage.Storage;

/// <summary>One selected series of the store.</summary>
sealed class StoredSeries(StoredSamples samples, LabelSet labels, ulong keyHash) : ISampleSeries
{
    public LabelSet Labels => labels;

    public ulong KeyHash => keyHash;

    /// <summary>Its number in the head; -1 where only blocks hold it.</summary>
    public int HeadId { get; set; } = -1;

    public void Read(TimeRange range, SampleColumns columns) => samples.Read(HeadId, keyHash, range, columns);
}
