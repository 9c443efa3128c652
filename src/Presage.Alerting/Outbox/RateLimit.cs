namespace Presage.Alerting.Outbox;

/// <summary>
/// A token bucket per channel: a burst goes out at once, then a steady rate, so that an outage of a whole site does
/// not get the sender blocked by its mail server. Time is passed in (ms since 1970 UTC). Not thread-safe.
/// </summary>
public sealed class RateLimit(int burst, TimeSpan perToken)
{
    double _tokens = burst;
    long? _lastMs;

    /// <summary>Takes a token when there is one; otherwise says when there will be one.</summary>
    public bool TryTake(long nowMs, out long nextMs)
    {
        long elapsedMs = Math.Max(0, nowMs - (_lastMs ?? nowMs));
        _lastMs = nowMs;
        _tokens = Math.Min(burst, _tokens + (elapsedMs / perToken.TotalMilliseconds));
        if (_tokens >= 1)
        {
            _tokens -= 1;
            nextMs = nowMs;
            return true;
        }

        nextMs = nowMs + (long)Math.Ceiling((1 - _tokens) * perToken.TotalMilliseconds);
        return false;
    }
}
