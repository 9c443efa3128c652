namespace Presage.Alerting.Notifiers.Email;

/// <summary>How the connection to the mail server is protected.</summary>
public enum EmailSecurity
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Starts in clear and must change to TLS before anything else is said (port 587).</summary>
    StartTls,

    /// <summary>TLS from the first byte (port 465).</summary>
    Tls,
}
