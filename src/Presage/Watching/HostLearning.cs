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
    long StartedMs, double LearnedSeconds, double NeededSeconds, LearningPhase Phase, long? DayRhythmAtMs)
{
    /// <summary>How far the vital sign that is known best has come; null without any.</summary>
    internal static HostLearning? Of(IEnumerable<VitalTrack> tracks, long evaluatedMs)
    {
        VitalTrack? most = null;
        long startedMs = long.MaxValue;
        foreach (var track in tracks)
        {
            startedMs = Math.Min(startedMs, track.FirstMs);
            most = most is null || track.Detector.LearnedSeconds > most.Detector.LearnedSeconds ? track : most;
        }

        if (most is null)
        {
            return null;
        }

        bool isKnown = most.Detector.Phase >= LearningPhase.Weeks;
        double missing = isKnown ? 0 : VitalDetector.DaysSeconds - most.Detector.LearnedSeconds;
        return new HostLearning(
            startedMs,
            most.Detector.LearnedSeconds,
            VitalDetector.RangeSeconds,
            most.Detector.Phase,
            missing > 0 ? evaluatedMs + (long)(missing * 1_000) : null);
    }
}
