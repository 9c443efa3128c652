using Presage.Alerting.Rules;

namespace Presage.Alerting.Grouping;

/// <summary>
/// One message: what one rule says of one host at one moment, about one or several instances. It is stored in the
/// outbox as it was when the alert changed, so that a late delivery tells what happened then.
/// </summary>
public sealed record Notification
{
    public required NotificationStatus Status { get; init; }

    public required string RuleId { get; init; }

    public required string RuleName { get; init; }

    public required Severity Severity { get; init; }

    public required string Host { get; init; }

    /// <summary>All instances in one sentence; the e-mail's subject and first line.</summary>
    public required string Sentence { get; init; }

    /// <summary>At least one, by label order.</summary>
    public required IReadOnlyList<NotifiedAlert> Alerts { get; init; }

    /// <summary>
    /// The same for the firing message and the resolved ones that follow it, another for the next time the alert
    /// fires; ASCII letters, digits, hyphens and dots.
    /// </summary>
    public required string ThreadKey { get; init; }

    /// <summary>When the alerts changed, ms since 1970 UTC.</summary>
    public required long AtMs { get; init; }

    /// <summary>The dashboard's address for links, without a slash at the end; null when nobody told it.</summary>
    public string? ExternalUrl { get; init; }

    /// <summary>The page of the host; null without <see cref="ExternalUrl"/>.</summary>
    public string? HostUrl => ExternalUrl is null ? null : $"{ExternalUrl}/hosts/{Uri.EscapeDataString(Host)}";
}
