namespace Presage.Storage;

/// <summary>The timestamps accepted in one turn, both ends included.</summary>
readonly record struct AppendBounds(long OldestMs, long NewestMs, TimeSpan PastMax, TimeSpan FutureMax)
{
    public bool Contains(long timestampMs) => timestampMs >= OldestMs && timestampMs <= NewestMs;

    /// <summary>The bounds at a time.</summary>
    public static AppendBounds At(DateTimeOffset now, StorageOptions options)
    {
        long nowMs = now.ToUnixTimeMilliseconds();
        return new AppendBounds(
            nowMs - (long)options.PastMax.TotalMilliseconds,
            nowMs + (long)options.FutureMax.TotalMilliseconds,
            options.PastMax,
            options.FutureMax);
    }
}
