using Presage.Alerting.Grouping;

namespace Presage.Alerting.Notifiers;

/// <summary>
/// One configured channel's way out. Implementations keep nothing between calls and may be called from several
/// threads at once.
/// </summary>
public interface INotifier
{
    /// <summary>Who is told: each gets a delivery of its own, tried and repeated by itself. At least one.</summary>
    IReadOnlyList<string> Recipients { get; }

    /// <summary>
    /// Sends one message to one recipient and returns what the far end said; failures of the far end, of the network
    /// and time-outs are outcomes, not exceptions. Safe to repeat: the same notification, recipient and key are
    /// recognisable by the far end.
    /// </summary>
    /// <param name="idempotencyKey">The same for every try of this delivery; letters, digits, hyphens.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<SendOutcome> SendAsync(
        Notification notification, string recipient, string idempotencyKey, CancellationToken cancellationToken);
}
