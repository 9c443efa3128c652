namespace Presage.Backtesting;

/// <summary>The time of a replay: that of the samples.</summary>
sealed class ReplayClock : TimeProvider
{
    long _nowMs;

    /// <summary>Now, ms since 1970 UTC; only moved on.</summary>
    public long NowMs
    {
        get => Interlocked.Read(ref _nowMs);
        set => Interlocked.Exchange(ref _nowMs, value);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
