using System.Net;
using System.Net.Http.Headers;

namespace Presage.Alerting.Notifiers.Webhook;

/// <summary>
/// What a status code means for a delivery. 2xx: delivered. 408, 421, 425, 429 and 5xx but 501 and 505: temporary,
/// the same request may pass later. Everything else, redirects included (a receiver that moved must be entered anew:
/// following would hand the body and its headers to whoever answers): permanent.
/// </summary>
public static class WebhookAnswer
{
    /// <summary>The class of a status code.</summary>
    public static SendResult Classify(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => SendResult.Delivered,
        408 or 421 or 425 or 429 => SendResult.Temporary,
        501 or 505 => SendResult.Permanent,
        >= 500 => SendResult.Temporary,
        _ => SendResult.Permanent,
    };

    /// <summary>Retry-After in either of its forms (seconds, date), at least zero; null without one.</summary>
    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - now : null);
        return wait is { } asked && asked < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
