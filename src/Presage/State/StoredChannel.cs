using Presage.Alerting.Grouping;
using Presage.Alerting.Notifiers.Email;
using Presage.Alerting.Notifiers.Webhook;

namespace Presage.State;

/// <summary>A configured way to tell somebody: e-mail or webhook, never both.</summary>
/// <param name="SecretsLost"> Its password, secret and headers cannot be decrypted (the keys in the data folder are
/// not those it was stored with) and must be entered again. </param>
sealed record StoredChannel(
    long Id,
    string Name,
    ChannelRouting Routing,
    EmailSettings? Email,
    WebhookSettings? Webhook,
    bool SecretsLost = false)
{
    public string Kind => Email is not null ? "email" : "webhook";

    public IReadOnlyList<string> Recipients =>
        Email?.To ?? [Webhook!.Url.GetLeftPart(UriPartial.Authority)];
}
