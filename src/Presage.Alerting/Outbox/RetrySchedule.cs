namespace Presage.Alerting.Outbox;

/// <summary>
/// When a failed delivery is tried again: exponential with full jitter (a random part of the whole interval, so that
/// many waiting messages spread out), never before the far end's Retry-After, given up when the next try would be a
/// day after the first.
/// </summary>
public static class RetrySchedule
{
    /// <summary>The interval after the first failed try: 5 s; it doubles with each.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <summary>No interval is shorter: a refusing server answers in milliseconds.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>No interval of ours is longer: 5 s × 2^7 = 640 s is cut to 10 min.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>A message this old is not sent any more; its state becomes failed.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    /// <summary>The time of the next try in ms since 1970 UTC, or null to give up.</summary>
    /// <param name="createdMs">When the message was put into the outbox.</param>
    /// <param name="nowMs">When the last try failed.</param>
    /// <param name="attempts">Tries so far, at least 1.</param>
    /// <param name="retryAfter">What the far end asked for, or null.</param>
    public static long? Next(long createdMs, long nowMs, int attempts, TimeSpan? retryAfter, SeededGenerator generator)
    {
        double doubling = Math.Pow(2, Math.Clamp(attempts - 1, 0, 30));
        double ceilingMs = Math.Min(First.TotalMilliseconds * doubling, Longest.TotalMilliseconds);
        double waitMs = Math.Max(generator.NextUnit() * ceilingMs, Shortest.TotalMilliseconds);
        if (retryAfter is { } asked)
        {
            waitMs = Math.Max(waitMs, Math.Min(asked.TotalMilliseconds, GiveUpAfter.TotalMilliseconds));
        }

        long nextMs = nowMs + (long)waitMs;
        return nextMs - createdMs > GiveUpAfter.TotalMilliseconds ? null : nextMs;
    }
}
