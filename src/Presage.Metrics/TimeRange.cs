namespace Presage.Metrics;

/// <summary>A span of time, both ends included, in ms since 1970 UTC.</summary>
public readonly record struct TimeRange(long FromMs, long ToMs)
{
    public bool Contains(long timestampMs) => timestampMs >= FromMs && timestampMs <= ToMs;

    public bool Overlaps(TimeRange other) => FromMs <= other.ToMs && other.FromMs <= ToMs;
}
