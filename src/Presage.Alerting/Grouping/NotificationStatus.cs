namespace Presage.Alerting.Grouping;

/// <summary>What a message tells: that something is wrong, or that it ended.</summary>
public enum NotificationStatus
{
    Firing,
    Resolved,
}
