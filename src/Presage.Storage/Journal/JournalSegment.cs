namespace Presage.Storage;

/// <summary>A segment that is no longer written to.</summary>
/// <param name="Number">Its place in the order of segments.</param>
/// <param name="Path">Its file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="NewestMs">The newest timestamp in it; <see cref="long.MinValue"/> where it holds no sample.</param>
sealed record JournalSegment(int Number, string Path, long Bytes, long NewestMs);
