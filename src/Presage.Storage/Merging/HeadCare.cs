namespace Presage.Storage;

/// <summary>What the work on block files asks of the head.</summary>
/// <param name="FlushAsync">Writes all of it to blocks.</param>
/// <param name="ForgetAsync">
/// Forgets the newest samples that deletions name: one that is sent again is new then, not stored already.
/// </param>
sealed record HeadCare(Func<CancellationToken, Task> FlushAsync, Func<IReadOnlyList<Tombstone>, Task> ForgetAsync);
