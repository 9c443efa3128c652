using Presage.Alerting.Notifiers;
using Presage.Alerting.Notifiers.Email;
using Presage.Alerting.Notifiers.Webhook;
using Presage.State;

namespace Presage.Notifying;

/// <summary>Makes the notifier of a channel; all webhooks share one connection pool.</summary>
sealed class ChannelNotifiers(TimeProvider time) : IDisposable
{
    readonly HttpMessageInvoker _http = new(WebhookNotifier.CreateHandler());

    public INotifier For(StoredChannel channel) => channel.Email is { } email
        ? new EmailNotifier(email, time)
        : new WebhookNotifier(channel.Webhook!, _http, time);

    public void Dispose() => _http.Dispose();
}
