namespace Presage.Storage;

/// <summary>The timestamps accepted in one turn, both ends included.</summary>
/// <param name="NowMs">The time of the turn.</param>
/// <param name="OldestMs">Nothing older is accepted.</param>
/// <param name="OldestLateMs">Of a series that has newer samples, nothing older than this is accepted.</param>
/// <param name="NewestMs">Nothing newer is accepted.</param>
readonly record struct AppendBounds(long NowMs, long OldestMs, long OldestLateMs, long NewestMs)
{
    public bool Contains(long timestampMs) => timestampMs >= OldestMs && timestampMs <= NewestMs;

    /// <summary>Whether a sample is accepted for a series with the given newest sample.</summary>
    public bool Contains(long timestampMs, long lastMs) =>
        Contains(timestampMs) && (timestampMs >= lastMs || timestampMs >= OldestLateMs);

    /// <summary>The bounds at a time.</summary>
    public static AppendBounds At(DateTimeOffset now, StorageOptions options)
    {
        long nowMs = now.ToUnixTimeMilliseconds();
        return new AppendBounds(
            nowMs,
            nowMs - (long)options.PastMax.TotalMilliseconds,
            nowMs - (long)options.OutOfOrderWindow.TotalMilliseconds,
            nowMs + (long)options.FutureMax.TotalMilliseconds);
    }
}
