namespace Presage.Storage;

/// <summary>Takes what a journal segment holds, in the order it was written.</summary>
interface IJournalReplay
{
    /// <summary>A series gets a number in this segment.</summary>
    void OnSeries(int journalId, ReadOnlySpan<byte> key);

    void OnSample(int journalId, long timestampMs, double value);
}
