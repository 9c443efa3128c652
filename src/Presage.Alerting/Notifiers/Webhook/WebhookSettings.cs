namespace Presage.Alerting.Notifiers.Webhook;

/// <summary>Where and how a webhook posts.</summary>
public sealed record WebhookSettings
{
    /// <summary>An http or https address without user name and password.</summary>
    public required Uri Url { get; init; }

    /// <summary>Signs every request (<see cref="WebhookSignature"/>); null for none.</summary>
    public string? Secret { get; init; }

    /// <summary>Further headers of the request, for example Authorization.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The name in the body's <c>receiver</c>: the channel's name.</summary>
    public required string Receiver { get; init; }

    /// <summary>For the whole request, connecting and the answer included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
