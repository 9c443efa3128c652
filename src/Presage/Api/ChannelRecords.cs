using System.Text.Json.Serialization;

namespace Presage.Api;

enum ChannelKind
{
    Email,
    Webhook,
}

/// <summary>How the connection to a mail server is protected.</summary>
enum ChannelSecurity
{
    None,

    [JsonStringEnumMemberName("starttls")]
    StartTls,
    Tls,
}

/// <summary>A way to tell somebody. One of <paramref name="Email"/> and <paramref name="Webhook"/> is set.</summary>
/// <param name="SendResolved">Whether the end of an alert is told too.</param>
/// <param name="Problem">Why it cannot send at the moment; null when it can.</param>
sealed record Channel(
    string Id,
    string Name,
    ChannelKind Kind,
    bool Enabled,
    IReadOnlyList<AlertItemSeverity> Severities,
    bool SendResolved,
    ChannelEmail? Email,
    ChannelWebhook? Webhook,
    Delivery? LastDelivery,
    string? Problem);

sealed record ChannelEmail(
    string Host,
    int Port,
    ChannelSecurity Security,
    string? User,
    bool PasswordSet,
    string From,
    IReadOnlyList<string> To,
    bool VerifyCertificate);

/// <param name="Headers">Names with their values blacked out; a blacked-out value sent back keeps the stored
/// one.</param>
sealed record ChannelWebhook(string Url, bool SecretSet, IReadOnlyDictionary<string, string> Headers);

/// <param name="Id">Only for a test of unsaved changes: the channel whose stored secrets stand in for those left
/// out.</param>
sealed record ChannelRequest(
    string Name,
    ChannelKind Kind,
    IReadOnlyList<AlertItemSeverity> Severities,
    bool Enabled = true,
    bool SendResolved = true,
    ChannelEmailRequest? Email = null,
    ChannelWebhookRequest? Webhook = null,
    string? Id = null);

/// <param name="Password">Null keeps the stored one, an empty text removes it.</param>
/// <param name="To">1 to 50 addresses.</param>
/// <param name="VerifyCertificate">False only for a server whose certificate cannot be checked.</param>
sealed record ChannelEmailRequest(
    string Host,
    int Port,
    ChannelSecurity Security,
    string From,
    IReadOnlyList<string> To,
    string? User = null,
    string? Password = null,
    bool VerifyCertificate = true);

/// <param name="Url">http or https, without user name and password.</param>
/// <param name="Secret">Signs requests; null keeps the stored one, an empty text removes it.</param>
/// <param name="Headers">At most 20 further headers.</param>
sealed record ChannelWebhookRequest(
    string Url, string? Secret = null, IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>What the far end said to a test message.</summary>
/// <param name="Answer">Word for word.</param>
/// <param name="Transcript">The conversation line by line; secrets blacked out.</param>
sealed record ChannelTest(bool Delivered, string Answer, double ElapsedMs, IReadOnlyList<string> Transcript);
