namespace Presage.Metrics;

/// <summary>
/// One series of a <see cref="SampleBatch"/>: where its key and its samples lie in the batch's columns.
/// </summary>
public struct BatchSeries
{
    public int KeyOffset;
    public int KeyLength;

    /// <summary>Stands for the key in this process.</summary>
    public SeriesFingerprint Fingerprint;

    public int FirstSample;
    public int SampleCount;
}
