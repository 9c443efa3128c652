using System.Text;
using Presage.Protocols;

namespace Presage.Receivers;

/// <summary>
/// What senders are told when something is refused: a status and one sentence of plain text; counted.
/// </summary>
sealed class ReceiverAnswers(IngestCounters counters, long bodyBytesMax)
{
    const string RetrySeconds = "5";

    /// <summary>Refuses bytes that cannot be read.</summary>
    public Task RefuseAsync(HttpContext context, WireError error)
    {
        var (status, reason) = error.Kind switch
        {
            WireErrorKind.TooLarge => (StatusCodes.Status413PayloadTooLarge, "too_large"),
            WireErrorKind.Unsupported => (StatusCodes.Status415UnsupportedMediaType, "format"),
            _ => (StatusCodes.Status400BadRequest, "malformed"),
        };
        return RefuseAsync(context, status, reason, error.ToString());
    }

    /// <summary>Refuses a body of which the rest is not read: the connection ends with the answer.</summary>
    public Task RefuseTooLargeAsync(HttpContext context, BodyTooLargeException e)
    {
        context.Response.Headers.Connection = "close";
        return RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "too_large", e.Explain(bodyBytesMax));
    }

    /// <summary>Nothing can be stored now; the sender shall try again.</summary>
    public Task RefuseUnwritableAsync(HttpContext context, IOException e)
    {
        context.Response.Headers.RetryAfter = RetrySeconds;
        return RefuseAsync(
            context, StatusCodes.Status503ServiceUnavailable, "not_writable",
            $"Nothing of this request was stored: {e.Message.TrimEnd('.')}. Send it again later.");
    }

    /// <param name="reason">A word for the counters.</param>
    public Task RefuseAsync(HttpContext context, int status, string reason, string text)
    {
        counters.RefusedRequest(reason);
        return WriteTextAsync(context, status, text);
    }

    public static Task WriteTextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(text + "\n", Encoding.UTF8, context.RequestAborted);
    }
}
