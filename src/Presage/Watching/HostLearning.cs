using Presage.Detection;

namespace Presage.Watching;

/// <summary>How far learning what is normal for a host has come.</summary>
/// <param name="StartedMs">Data time of the first reading.</param>
/// <param name="LearnedSeconds">The time its data cover; gaps do not count.</param>
/// <param name="NeededSeconds">What the usual range needs.</param>
/// <param name="DayRhythmAtMs">
/// When the rhythm of the day will be known if samples keep coming; null when it is.
/// </param>
public sealed record HostLearning(
    long StartedMs, double LearnedSeconds, double NeededSeconds, LearningPhase Phase, long? DayRhythmAtMs);
