namespace Presage.Storage;

/// <summary>What a block holds in all; the meaning of each is told at <see cref="IndexField"/>.</summary>
readonly record struct BlockTotals(
    long FromMs, long ToMs, long OldestMs, long NewestMs, int CoveredSegment, int Series, int Chunks, long Samples);
