namespace Presage.Agent;

/// <summary>When collections happen and which time their samples bear. Pure: given the time, it decides.</summary>
sealed class TickClock(TimeSpan interval)
{
    readonly long _intervalMs = (long)interval.TotalMilliseconds;

    /// <summary>The wait to the next whole interval of the wall clock.</summary>
    public TimeSpan UntilNext(DateTimeOffset now)
    {
        long nowMs = now.ToUnixTimeMilliseconds();
        return TimeSpan.FromMilliseconds(_intervalMs - (nowMs % _intervalMs));
    }

    /// <summary>
    /// The time of the samples: the tick's own time when the collection runs at most a tenth of the interval beside it,
    /// so that series have an even rhythm and time stamps compress to nothing; the real time otherwise.
    /// </summary>
    public long TimestampMs(DateTimeOffset now)
    {
        long nowMs = now.ToUnixTimeMilliseconds();
        long tick = (nowMs + (_intervalMs / 2)) / _intervalMs * _intervalMs;
        return IsOnTick(nowMs, tick) ? tick : nowMs;
    }

    /// <summary>
    /// Whether the timer left the wall clock's rhythm (the clock was set, or ran slowly apart): align it anew.
    /// </summary>
    public bool IsOff(DateTimeOffset now)
    {
        long nowMs = now.ToUnixTimeMilliseconds();
        return !IsOnTick(nowMs, (nowMs + (_intervalMs / 2)) / _intervalMs * _intervalMs);
    }

    bool IsOnTick(long nowMs, long tickMs) => Math.Abs(nowMs - tickMs) <= _intervalMs / 10;
}
