namespace Presage.Alerting.Notifiers.Email;

/// <summary>How e-mail is sent.</summary>
public sealed record EmailSettings
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required EmailSecurity Security { get; init; }

    /// <summary>Null to send without signing in.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>One address, with or without a display name.</summary>
    public required string From { get; init; }

    /// <summary>One address each.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>False takes any certificate; only for a server whose certificate cannot be checked.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>For each step of the conversation.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the whole delivery.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(45);
}
