namespace Presage.Watching;

/// <summary>A stretch of time in which a host as a whole was unusual. Times in ms since 1970 UTC.</summary>
/// <param name="EndMs">The last unusual look so far, or of all when it has ended.</param>
/// <param name="PeakScore">The highest score: one minus the share of normal minutes at least this odd.</param>
/// <param name="IsJoint">
/// Whether the vital signs together raised it; else one of them alone, too rare to be chance.
/// </param>
/// <param name="Causes">
/// What takes part, likeliest first, as it was when the host was oddest, each at its farthest from usual.
/// </param>
public sealed record HostAnomaly(
    long StartMs, long EndMs, double PeakScore, bool IsJoint, IReadOnlyList<AnomalyCause> Causes)
{
    /// <summary>The farthest that a change point may lie before what was noticed.</summary>
    const long DatedMaxMs = 6 * 3_600_000;

    /// <summary>The highest sensitivity that can be set.</summary>
    public const double AlarmsPerWeekMax = 100;

    /// <summary>
    /// The least sensitivity at which it would have been raised, in expected false alarms per host and week: the lower,
    /// the rarer.
    /// </summary>
    public double AlarmsPerWeek { get; init; } = AlarmsPerWeekMax;

    /// <summary>
    /// On the host's first day the data it was judged by, in seconds: it is told, but raises no alarm. Null later.
    /// </summary>
    public double? KnownSeconds { get; init; }

    /// <summary>Since when: the change point of what leads it, where one was found.</summary>
    public long SinceMs => Causes is [{ SinceMs: { } sinceMs }, ..] && sinceMs >= StartMs - DatedMaxMs
        ? Math.Min(sinceMs, EndMs)
        : StartMs;
}

/// <summary>A vital sign's part in an anomaly of its host.</summary>
/// <param name="Key">The vital with what tells several apart: <c>filesystem_use{mountpoint="/"}</c>.</param>
/// <param name="Name">In words: "Write latency on sda".</param>
/// <param name="Lower">Lower end of the usual range; null while that is not known.</param>
/// <param name="SinceMs">Since when it has been unusual by itself; null where it is not.</param>
/// <param name="Strength">How much it takes part; 3 and more is much.</param>
public sealed record AnomalyCause(
    string Key,
    string Name,
    double? Value,
    double? Lower,
    double? Upper,
    string Unit,
    string Family,
    long? SinceMs,
    double Strength)
{
    /// <summary>How far a value lies outside the usual range; 0 within it, and where the range is not known.</summary>
    public double Outside(double? value) => (value, Lower, Upper) is ({ } seen, { } lower, { } upper)
        ? Math.Max(0, Math.Max(seen - upper, lower - seen))
        : 0;

    /// <summary>Whether the value lies outside the usual range.</summary>
    public bool IsOutside() => Outside(Value) > 0;
}
