using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Presage.Alerting.Grouping;

namespace Presage.Alerting.Notifiers.Webhook;

/// <summary>
/// Posts a notification as JSON (<see cref="WebhookBody"/>), signed and with an idempotency key. Redirects are not
/// followed, at most 4 KiB of the answer are read.
/// </summary>
public sealed class WebhookNotifier(WebhookSettings settings, HttpMessageInvoker http, TimeProvider time) : INotifier
{
    const int AnswerBytesMax = 4096;

    public IReadOnlyList<string> Recipients { get; } = [settings.Url.GetLeftPart(UriPartial.Authority)];

    /// <summary>
    /// The handler for all webhooks of a process: no redirects, no cookies, the system's proxy, connections renewed
    /// every 2 min for DNS.
    /// </summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 32,
    };

    public async Task<SendOutcome> SendAsync(
        Notification notification, string recipient, string idempotencyKey, CancellationToken cancellationToken)
    {
        var transcript = new Transcript();
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = Request(notification, idempotencyKey, transcript);
            using var response = await http.SendAsync(request, either.Token);
            return await AnswerAsync(response, transcript, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"No answer within {settings.Timeout.TotalSeconds:0.#} s.", transcript);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Failed(Reason(e), transcript);
        }
    }

    HttpRequestMessage Request(Notification notification, string idempotencyKey, Transcript transcript)
    {
        byte[] body = WebhookBody.Write(notification, settings.Receiver);
        long timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "Presage");
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdempotencyHeader, idempotencyKey);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString());
        if (settings.Secret is { Length: > 0 } secret)
        {
            request.Headers.TryAddWithoutValidation(
                WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, timestamp, body));
        }

        foreach (var (name, value) in settings.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        transcript.Add($"> POST {settings.Url}");
        foreach (var (name, values) in request.Headers)
        {
            bool own = !settings.Headers.Keys.Contains(name, StringComparer.OrdinalIgnoreCase);
            transcript.Add($"> {name}: {(own ? string.Join(", ", values) : "********")}");
        }

        transcript.Add($"> ({body.Length} bytes of JSON)");
        return request;
    }

    async Task<SendOutcome> AnswerAsync(
        HttpResponseMessage response, Transcript transcript, CancellationToken cancellationToken)
    {
        string status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        transcript.Add($"< HTTP/{response.Version} {status}");
        if (response.Headers.RetryAfter is { } retryAfter)
        {
            transcript.Add($"< Retry-After: {retryAfter}");
        }

        if (response.Headers.Location is { } location)
        {
            transcript.Add($"< Location: {location}");
        }

        string text = await ReadStartAsync(response.Content, cancellationToken);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            transcript.Add($"< {SendOutcome.Clean(line)}");
        }

        return new SendOutcome(
            WebhookAnswer.Classify(response.StatusCode),
            SendOutcome.Clean(text.Length == 0 ? status : $"{status}: {text}"),
            WebhookAnswer.RetryAfter(response.Headers.RetryAfter, time.GetUtcNow()),
            transcript.Lines);
    }

    /// <summary>
    /// The start of the body. The status line has decided already, so a body that breaks off changes nothing.
    /// </summary>
    static async Task<string> ReadStartAsync(HttpContent content, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[AnswerBytesMax];
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            int read = await stream.ReadAtLeastAsync(buffer, AnswerBytesMax, false, cancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, read);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            return "(the answer's body was cut off)";
        }
    }

    static SendOutcome Failed(string answer, Transcript transcript)
    {
        transcript.Add($"! {answer}");
        return new SendOutcome(SendResult.Temporary, SendOutcome.Clean(answer), null, transcript.Lines);
    }

    /// <summary>
    /// The innermost reason: "Connection refused" says more than "An error occurred while sending the request".
    /// </summary>
    static string Reason(Exception e) => e.GetBaseException() switch
    {
        SocketException socket => $"{socket.Message} ({socket.SocketErrorCode})",
        var reason => reason.Message,
    };
}
