using Presage.Alerting.Rules;

namespace Presage.Alerting.Grouping;

/// <summary>What a channel wants to hear. A message that ends an alert goes only where its firing was told.</summary>
public sealed record ChannelRouting(bool Enabled, IReadOnlyList<Severity> Severities, bool SendResolved)
{
    /// <summary>Whether a message goes to this channel.</summary>
    /// <param name="toldFiring">Whether this channel was given the message that the alert fires.</param>
    public bool Wants(Notification notification, bool toldFiring) => notification.Status == NotificationStatus.Firing
        ? Enabled && Severities.Contains(notification.Severity)
        : Enabled && SendResolved && toldFiring;
}
