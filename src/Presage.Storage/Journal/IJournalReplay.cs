namespace Presage.Storage;

/// <summary>Takes what a journal segment holds, in the order it was written.</summary>
interface IJournalReplay
{
    /// <summary>A series gets a number in this segment; the sample is its newest before, if it had one.</summary>
    void OnSeries(int journalId, ReadOnlySpan<byte> key, long? lastMs, long lastBits);

    void OnSample(int journalId, long timestampMs, double value);
}
