namespace Presage.Bench;

/// <summary>A clock that the benchmark moves on; timers run by the real one.</summary>
sealed class BenchTime(DateTimeOffset start) : TimeProvider
{
    DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan span) => _now += span;
}
