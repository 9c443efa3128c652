namespace Presage.Detection;

/// <summary>What a host detector says about one row.</summary>
/// <param name="Score">
/// How odd the host is, 0 to 1: one minus the share of normal rows that look at least this odd, as far out as normal
/// rows were measured, extrapolated beyond. 0 while the detector learns.
/// </param>
/// <param name="IsAlert">Whether this row is worth waking somebody at the sensitivity set.</param>
/// <param name="Level">How unlike the learned normal the last minutes are: 1 is the oddest per cent of history.</param>
/// <param name="Change">Whether something has just begun: 0 is usual, 4 comes about once a day.</param>
/// <param name="Row">The same of this row alone: tells that an incident is over while the rest still remembers.</param>
public readonly record struct HostReading(double Score, bool IsAlert, double Level, double Change, double Row)
{
    /// <summary>What makes most of the score.</summary>
    public ScoreReason Reason { get; init; }
}
