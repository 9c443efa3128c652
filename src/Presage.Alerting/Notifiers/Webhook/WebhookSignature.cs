using System.Security.Cryptography;
using System.Text;

namespace Presage.Alerting.Notifiers.Webhook;

/// <summary>
/// Proves to the receiver who sent a request and when: header <c>X-Presage-Signature: sha256=HEX</c>, where HEX is
/// HMAC-SHA256 with the channel's secret over the value of <c>X-Presage-Timestamp</c> (seconds since 1970 UTC), a
/// full stop, and the body's bytes.
/// </summary>
public static class WebhookSignature
{
    public const string SignatureHeader = "X-Presage-Signature";

    public const string TimestampHeader = "X-Presage-Timestamp";

    public const string IdempotencyHeader = "Idempotency-Key";

    /// <summary>The value of <see cref="SignatureHeader"/>.</summary>
    public static string Sign(string secret, long timestampSeconds, ReadOnlySpan<byte> body)
    {
        byte[] prefix = Encoding.ASCII.GetBytes($"{timestampSeconds}.");
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(prefix);
        hmac.AppendData(body);
        return "sha256=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
