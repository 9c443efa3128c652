namespace Presage.Storage;

/// <summary>What a merge reads and what it makes of it.</summary>
sealed record MergeJob
{
    /// <summary>The span the blocks stand for: from, up to but not including.</summary>
    public required long FromMs { get; init; }

    public required long ToMs { get; init; }

    /// <summary>Blocks of raw samples, oldest first.</summary>
    public required IReadOnlyList<Block> Raw { get; init; }

    /// <summary>The roll-ups of the span that are replaced.</summary>
    public IReadOnlyList<Block> Rollups { get; init; } = [];

    /// <summary>What the raw samples are written as. Roll-ups are made with <see cref="BlockKind.Merged"/>.</summary>
    public BlockKind Kind { get; init; } = BlockKind.Merged;

    /// <summary>The tiers whose roll-ups are written.</summary>
    public IReadOnlyList<BlockKind> RollupTiers { get; init; } = [BlockKind.FiveMinutes, BlockKind.OneHour];

    /// <summary>What the written block claims to cover of the journal; 0 for nothing.</summary>
    public int CoveredSegment { get; init; }

    /// <summary>
    /// Whether the raw samples are all there ever were of the span, as far as a series has any: its roll-ups are made
    /// of them alone then. Otherwise raw samples were dropped before, and of two buckets the one of more samples
    /// stands.
    /// </summary>
    public bool IsRawComplete { get; init; } = true;

    /// <summary>Whether every chunk is decoded, so that damaged ones stay out: copying looks into none.</summary>
    public bool IsChecked { get; init; }

    /// <summary>Whether raw samples are not written again: their time is over, or their room is needed.</summary>
    public bool DropsRaw { get; init; }
}
