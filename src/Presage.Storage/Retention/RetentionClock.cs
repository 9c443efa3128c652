namespace Presage.Storage;

/// <summary>
/// The time that retention counts from. A clock set ahead by mistake would make all samples look old, and what is
/// deleted is gone: where the clock jumps ahead, or is far ahead of the newest sample at a start, retention goes on as
/// if it had not for <see cref="DoubtedFor"/>. A machine that was off or asleep that long loses nothing by it.
/// </summary>
sealed class RetentionClock(TimeProvider time)
{
    /// <summary>How long a jump is not believed, and how old the newest sample may be at a start.</summary>
    public static readonly TimeSpan DoubtedFor = TimeSpan.FromDays(1);

    /// <summary>Clocks that are set right go no further.</summary>
    static readonly TimeSpan JumpMax = TimeSpan.FromHours(1);

    readonly Lock _lock = new();
    DateTimeOffset _believed = time.GetUtcNow();
    long _lookedAt = time.GetTimestamp();
    long? _doubtedSince;
    Action<string>? _tell;

    /// <summary>ms since 1970 UTC.</summary>
    public long NowMs
    {
        get
        {
            lock (_lock)
            {
                return Look().ToUnixTimeMilliseconds();
            }
        }
    }

    /// <summary>The store is open.</summary>
    /// <param name="newestMs">Its newest timestamp; <see cref="long.MinValue"/> where it is empty.</param>
    /// <param name="tell">Called with a sentence where retention begins to wait.</param>
    public void Begin(long newestMs, Action<string> tell)
    {
        lock (_lock)
        {
            _tell = tell;
            var now = time.GetUtcNow();
            _believed = now;
            _lookedAt = time.GetTimestamp();
            _doubtedSince = null;
            if (newestMs != long.MinValue && now - DoubtedFor > DateTimeOffset.FromUnixTimeMilliseconds(newestMs))
            {
                _believed = DateTimeOffset.FromUnixTimeMilliseconds(newestMs);
                Doubt($"The clock is {Span(now - _believed)} ahead of the newest sample");
            }
        }
    }

    DateTimeOffset Look()
    {
        var now = time.GetUtcNow();
        var expected = _believed + time.GetElapsedTime(_lookedAt);
        _lookedAt = time.GetTimestamp();
        if (now - expected <= JumpMax
            || (_doubtedSince is { } since && time.GetElapsedTime(since) >= DoubtedFor))
        {
            _doubtedSince = null;
            return _believed = now;
        }

        _believed = expected;
        if (_doubtedSince is null)
        {
            Doubt($"The clock jumped ahead by {Span(now - expected)}");
        }

        return _believed;
    }

    void Doubt(string why)
    {
        _doubtedSince = time.GetTimestamp();
        _tell?.Invoke(
            $"{why}: in case it is wrong, retention deletes nothing more because of it for {Span(DoubtedFor)}.");
    }

    static string Span(TimeSpan span) => span.TotalHours < 48 ? $"{span.TotalHours:0} h" : $"{span.TotalDays:0} days";
}
