using System.Net;

namespace Presage.Agent;

/// <summary>The server's answer in the words of remote write 1.0, or the lack of one.</summary>
readonly record struct ServerAnswer(SendOutcome Outcome, string Detail, TimeSpan? RetryAfter)
{
    /// <summary>Retry-After beyond this is cut: a mistyped date must not silence a machine.</summary>
    static readonly TimeSpan RetryAfterMax = TimeSpan.FromMinutes(5);

    /// <summary>Judges a status code. <paramref name="text"/> is the answer's body, shortened.</summary>
    public static ServerAnswer Of(HttpStatusCode status, string text, TimeSpan? retryAfter)
    {
        int code = (int)status;
        var outcome = code switch
        {
            >= 200 and < 300 => SendOutcome.Accepted,
            401 or 403 => SendOutcome.TokenWrong,
            404 or 405 or (>= 300 and < 400) => SendOutcome.AddressWrong,
            408 or 425 or 429 or >= 500 => SendOutcome.Unavailable,
            _ => SendOutcome.Refused,
        };
        retryAfter = retryAfter < TimeSpan.Zero ? TimeSpan.Zero : retryAfter > RetryAfterMax ? RetryAfterMax
            : retryAfter;
        return new ServerAnswer(outcome, text.Length == 0 ? $"HTTP {code}" : $"HTTP {code}: {text}", retryAfter);
    }

    /// <summary>No answer came.</summary>
    public static ServerAnswer None(string problem) => new(SendOutcome.Unavailable, problem, null);
}
