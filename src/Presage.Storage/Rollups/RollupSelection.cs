using Presage.Metrics;

namespace Presage.Storage;

/// <summary>What the series of one selection of roll-ups share: the files as they were then.</summary>
sealed class RollupSelection(RollupTier tier, BlockTiers tiers, Tombstones tombstones, long headFromMs)
{
    readonly Block[] _raw = tiers.Raw.Current;

    public RollupTier Tier => tier;

    /// <summary>The blocks of the tier.</summary>
    public Block[] Blocks { get; } = tiers.Of(tier).Current;

    /// <summary>Spans whose buckets are computed from raw samples.</summary>
    public List<TimeRange> Unwritten(TimeRange range) =>
        RollupSpans.Unwritten(_raw, Blocks, headFromMs, range, tier.StepMs(), tombstones.Current);

    /// <summary>The deletions that are for a series.</summary>
    public IReadOnlyList<Tombstone> Deleted(LabelSet labels) => tombstones.For(labels);

    /// <summary>Reads the buckets of a series; damage is reported and leaves a gap.</summary>
    public void ReadBlock(Block block, int number, TimeRange range, RollupColumns columns)
    {
        try
        {
            using var lease = block.Borrow();
            block.ReadRollups(number, range, columns);
        }
        catch (CorruptDataException e)
        {
            tiers.Of(tier).Report(e);
        }
    }
}
