namespace Presage.Watching;

/// <summary>What is seen of a host as a whole at one moment.</summary>
/// <param name="IsAlarm">Whether something is worth telling.</param>
/// <param name="IsJoint">Whether the vital signs together are why.</param>
/// <param name="IsOdd">Whether a vital sign is odd by itself: keeps a running anomaly open.</param>
/// <param name="IsNews">Whether something takes part that did not before.</param>
/// <param name="KnownSeconds">On a host's first day the data it is judged by; null later.</param>
/// <param name="AlarmsPerWeek">The least sensitivity at which it is an alarm, in expected false ones a week.</param>
readonly record struct HostLook(
    bool IsAlarm,
    bool IsJoint,
    bool IsOdd,
    bool IsNews,
    double Score,
    double? KnownSeconds,
    double AlarmsPerWeek = HostAnomaly.AlarmsPerWeekMax);
