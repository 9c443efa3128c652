namespace Presage.Notifying;

/// <summary>How the last evaluation of a rule went.</summary>
/// <param name="Error">Why it could not be evaluated, or null. While there is one, its alerts stay as they are.</param>
sealed record RulePulse(long? EvaluatedMs, string? Error, int Firing, int Pending);
