namespace Presage.Storage;

/// <summary>The state of a store at one moment. Counters count since it was opened; sizes are bytes.</summary>
public sealed record StorageStatistics
{
    /// <summary>Series in memory: those with samples within the last hours.</summary>
    public required int SeriesActive { get; init; }

    /// <summary>Hosts with active series.</summary>
    public required int HostsActive { get; init; }

    public required long SamplesAppended { get; init; }

    /// <summary>Those of <see cref="SamplesAppended"/> that were older than the newest of their series.</summary>
    public required long SamplesLate { get; init; }

    /// <summary>Samples that were stored already; accepted, because a retry is safe.</summary>
    public required long SamplesDuplicate { get; init; }

    /// <summary>
    /// Samples with another value than the stored one of their timestamp; the one stays that beats the other.
    /// </summary>
    public required long SamplesConflicting { get; init; }

    /// <summary>Refused samples by reason: outOfOrder, tooOld, tooFarInFuture, overSeriesLimit,
    /// labelsTooLong.</summary>
    public required IReadOnlyDictionary<string, long> SamplesRefused { get; init; }

    /// <summary>
    /// The hosts whose new series were refused for their number, those refused last first; at most a hundred.
    /// </summary>
    public required IReadOnlyList<HostLimit> HostsLimited { get; init; }

    /// <summary>Memory of series, keys, look-up table and chunks in the head.</summary>
    public required long HeadBytes { get; init; }

    public required long JournalBytes { get; init; }

    public required int JournalSegments { get; init; }

    public required int Blocks { get; init; }

    public required long BlockBytes { get; init; }

    /// <summary>Files of roll-ups, five minutes and an hour.</summary>
    public int RollupBlocks { get; init; }

    public long RollupBytes { get; init; }

    /// <summary>The oldest raw sample in a block, ms since 1970 UTC; null where there are no blocks.</summary>
    public long? OldestRawMs { get; init; }

    /// <summary>When blocks were last merged or written anew, ms since 1970 UTC; null when not since the store was
    /// opened.</summary>
    public long? LastMergeMs { get; init; }

    /// <summary>Why merging, retention or a deletion failed the last time; null where it did not.</summary>
    public string? LastCareError { get; init; }

    /// <summary>Deletions that are hidden from queries and not carried out in all files yet.</summary>
    public int DeletionsPending { get; init; }

    /// <summary>What the store did by itself that an operator wants to know of (the last hundred).</summary>
    public IReadOnlyList<StorageEvent> Events { get; init; } = [];

    /// <summary>Journal, blocks and roll-ups together.</summary>
    public long DiskBytes => JournalBytes + BlockBytes + RollupBytes;

    /// <summary>
    /// When the head was last written to blocks, ms since 1970 UTC; null when not since the store was opened.
    /// </summary>
    public required long? LastFlushMs { get; init; }

    /// <summary>Why the last flush failed; null where it did not.</summary>
    public required string? LastFlushError { get; init; }

    /// <summary>Damage met since the store was opened (at most the first hundred).</summary>
    public required IReadOnlyList<StorageDamage> Damages { get; init; }

    /// <summary>How long opening the store took.</summary>
    public required TimeSpan RecoveryTime { get; init; }

    /// <summary>Samples read back from the journal on opening.</summary>
    public required long SamplesReplayed { get; init; }
}
