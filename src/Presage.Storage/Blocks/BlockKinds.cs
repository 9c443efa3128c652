using Presage.Metrics;

namespace Presage.Storage;

/// <summary>What follows from a block's kind.</summary>
static class BlockKinds
{
    public static bool IsRollup(this BlockKind kind) => kind > BlockKind.Merged;

    /// <summary>The length of a roll-up's buckets in ms.</summary>
    public static long StepMs(this BlockKind kind) => (int)kind * 1000L;

    /// <summary>How much later than its timestamp what a timestamp stands for ends: a bucket has a length.</summary>
    public static long LastMsOfSample(this BlockKind kind) => kind.IsRollup() ? kind.StepMs() - 1 : 0;

    /// <summary>The kind of a tier's blocks.</summary>
    public static BlockKind Of(RollupTier tier) =>
        tier == RollupTier.FiveMinutes ? BlockKind.FiveMinutes : BlockKind.OneHour;
}
