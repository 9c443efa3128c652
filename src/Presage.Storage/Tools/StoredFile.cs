namespace Presage.Storage;

/// <summary>One file of a data folder.</summary>
/// <param name="Path">Relative to the data folder.</param>
/// <param name="Kind">"raw", "raw, merged", "roll-up 5m", "roll-up 1h", "journal", "damaged".</param>
/// <param name="FromMs">The span it stands for; null where that is unknown.</param>
/// <param name="ToMs">Where the span ends, exclusively.</param>
/// <param name="Series">Series in it.</param>
/// <param name="Chunks">Chunks in it.</param>
/// <param name="Samples">Samples, or buckets of a roll-up.</param>
/// <param name="Bytes">The file's length.</param>
public sealed record StoredFile(
    string Path, string Kind, long? FromMs, long? ToMs, int Series, int Chunks, long Samples, long Bytes);
