using Presage.State;

namespace Presage.Notifying;

/// <summary>
/// Deletes what nobody will ask for again: ended alerts after 90 days, messages and silences after 30.
/// </summary>
sealed class AlertRetention(AlertStore alerts, OutboxStore outbox, SilenceStore silences, TimeProvider time)
{
    static readonly TimeSpan Alerts = TimeSpan.FromDays(90);
    static readonly TimeSpan Messages = TimeSpan.FromDays(30);

    /// <summary>One sweep; cheap when there is nothing to delete.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        outbox.DeleteFinishedBefore((now - Messages).ToUnixTimeMilliseconds());
        silences.DeleteEndedBefore((now - Messages).ToUnixTimeMilliseconds());
        alerts.DeleteEndedBefore((now - Alerts).ToUnixTimeMilliseconds());
    }
}
