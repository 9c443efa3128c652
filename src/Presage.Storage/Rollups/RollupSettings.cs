using Presage.Metrics;

namespace Presage.Storage;

/// <summary>What reading roll-ups needs to know of the options.</summary>
sealed class RollupSettings(StorageOptions options, TimeProvider time)
{
    public IReadOnlyList<RollupTier> Tiers { get; } = TiersOf(options);

    /// <summary>Samples from here on may be in memory only.</summary>
    public long HeadFromMs => (time.GetUtcNow() - options.PastMax - options.FlushDelay - TimeSpan.FromHours(2))
        .ToUnixTimeMilliseconds();

    static RollupTier[] TiersOf(StorageOptions options)
    {
        var tiers = new List<RollupTier>();
        if (options.RetentionFiveMinutes > TimeSpan.Zero)
        {
            tiers.Add(RollupTier.FiveMinutes);
        }

        if (options.RetentionOneHour > TimeSpan.Zero)
        {
            tiers.Add(RollupTier.OneHour);
        }

        return [.. tiers];
    }
}
