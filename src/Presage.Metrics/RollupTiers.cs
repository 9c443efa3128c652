namespace Presage.Metrics;

/// <summary>What a tier means in time.</summary>
public static class RollupTiers
{
    /// <summary>The length of a tier's buckets in ms.</summary>
    public static long StepMs(this RollupTier tier) => tier == RollupTier.FiveMinutes ? 300_000 : 3_600_000;

    /// <summary>The beginning of the bucket that holds a timestamp, for times before 1970 too.</summary>
    public static long BucketOf(this RollupTier tier, long timestampMs)
    {
        long step = tier.StepMs();
        long into = timestampMs % step;
        return timestampMs - (into < 0 ? into + step : into);
    }
}
