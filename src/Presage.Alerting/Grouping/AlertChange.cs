using Presage.Alerting.Rules;
using Presage.Metrics;

namespace Presage.Alerting.Grouping;

/// <summary>An alert that is to be told now: it fires and nobody was told, or it ended and somebody was.</summary>
/// <param name="AlertId">Its number.</param>
/// <param name="Labels">The labels of its instance.</param>
/// <param name="Ended">Why it ended; null while it fires.</param>
/// <param name="ThreadKey">The thread of the message that told its firing; null when it fires.</param>
public sealed record AlertChange(
    long AlertId, AlertRule Rule, LabelSet Labels, InstanceState State, EndReason? Ended, string? ThreadKey)
{
    public string Host { get; } = HostNames.Of(Labels);

    public NotificationStatus Status => Ended is null ? NotificationStatus.Firing : NotificationStatus.Resolved;
}
