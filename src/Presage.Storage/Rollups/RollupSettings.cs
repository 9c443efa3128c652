using Presage.Metrics;

namespace Presage.Storage;

/// <summary>What reading roll-ups needs to know of the options and the head.</summary>
/// <param name="clock">What is still kept is what retention, which doubts a clock that jumps, has not deleted.</param>
sealed class RollupSettings(StorageOptions options, TimeProvider time, RetentionClock clock)
{
    long _flushedBeforeMs = long.MinValue;
    long _beganMs = long.MinValue;

    public IReadOnlyList<RollupTier> Tiers { get; } = TiersOf(options);

    /// <summary>Up to where the head was last written to blocks; the least value where it was not yet.</summary>
    public long FlushedBeforeMs
    {
        get => Interlocked.Read(ref _flushedBeforeMs);
        set => Interlocked.Exchange(ref _flushedBeforeMs, value);
    }

    /// <summary>Samples from here on may be in memory only: a flush may lie back far.</summary>
    public long HeadFromMs
    {
        get
        {
            long usualMs = (time.GetUtcNow() - options.PastMax - options.FlushDelay - TimeSpan.FromHours(2))
                .ToUnixTimeMilliseconds();
            long flushedMs = FlushedBeforeMs;
            return Math.Min(usualMs, flushedMs == long.MinValue ? _beganMs : flushedMs - PastMs);
        }
    }

    long PastMs => (long)options.PastMax.TotalMilliseconds;

    /// <summary>From when on the raw samples of some series are kept, where rules tell series apart.</summary>
    /// <exception cref="CorruptDataException">An index is damaged.</exception>
    public long RawBound(
        IEnumerable<Block> rollups, IReadOnlyList<LabelMatcher> matchers, string? host, TimeRange range) =>
        options.RetentionRules.Count == 0
            ? long.MinValue
            : RawBounds.Of(options, clock.NowMs, rollups, matchers, host, range);

    /// <summary>Tells of a series whether its raw samples are kept from a time on; null where rules are none.</summary>
    public Func<LabelSet, bool>? KeepsRaw(long fromMs)
    {
        if (options.RetentionRules.Count == 0)
        {
            return null;
        }

        long nowMs = clock.NowMs;
        return labels =>
        {
            var rule = options.RetentionRules.FirstOrDefault(rule => rule.Matches(labels));
            return fromMs >= RawBounds.BoundOf(rule?.Times ?? options.RetentionTimes, nowMs);
        };
    }

    /// <summary>The store begins: nothing in memory is older than what was replayed, or what is accepted now.</summary>
    public void Begin(long oldestReplayedMs) =>
        _beganMs = Math.Min(oldestReplayedMs, time.GetUtcNow().ToUnixTimeMilliseconds() - PastMs);

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
