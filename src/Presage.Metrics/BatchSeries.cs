namespace Presage.Metrics;

/// <summary>
/// One series of a <see cref="SampleBatch"/>: where its key and its samples lie in the batch's columns.
/// </summary>
public struct BatchSeries
{
    public int KeyOffset;
    public int KeyLength;

    /// <summary><see cref="SeriesKey.Hash"/> of the key.</summary>
    public ulong KeyHash;

    public int FirstSample;
    public int SampleCount;
}
