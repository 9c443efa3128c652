using Presage.Metrics;

namespace Presage.Storage;

/// <summary>What reading roll-ups needs to know of the options.</summary>
/// <param name="options">The options of the store.</param>
/// <param name="time">The clock.</param>
/// <param name="flushedBeforeMs">Up to where the head was last written to blocks; <see cref="long.MinValue"/> where it
/// was not yet.</param>
sealed class RollupSettings(StorageOptions options, TimeProvider time, Func<long> flushedBeforeMs)
{
    public IReadOnlyList<RollupTier> Tiers { get; } = TiersOf(options);

    /// <summary>Samples from here on may be in memory only.</summary>
    public long HeadFromMs
    {
        get
        {
            long usualMs = (time.GetUtcNow() - options.PastMax - options.FlushDelay - TimeSpan.FromHours(2))
                .ToUnixTimeMilliseconds();
            long flushedMs = flushedBeforeMs();
            return flushedMs == long.MinValue ? usualMs : Math.Min(usualMs, flushedMs);
        }
    }

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
