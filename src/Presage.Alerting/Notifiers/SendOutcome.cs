namespace Presage.Alerting.Notifiers;

/// <summary>What the far end said to one delivery.</summary>
/// <param name="Answer">Its last answer word for word (at most 500 characters), or why there was none.</param>
/// <param name="RetryAfter">How long it asked to be left alone.</param>
/// <param name="Transcript">The conversation line by line, secrets blacked out; at most <see
/// cref="Transcript.LinesMax"/> lines.</param>
public sealed record SendOutcome(
    SendResult Result, string Answer, TimeSpan? RetryAfter, IReadOnlyList<string> Transcript)
{
    /// <summary>The most characters of <see cref="Answer"/>.</summary>
    public const int AnswerMax = 500;

    /// <summary>
    /// An answer fit to be stored: one line, cut to <see cref="AnswerMax"/>, control characters replaced.
    /// </summary>
    public static string Clean(string answer)
    {
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string line = string.Join(' ', answer.Split(['\r', '\n'], Options));
        line = string.Concat(line.Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return line.Length <= AnswerMax ? line : string.Concat(line.AsSpan(0, AnswerMax - 1), "…");
    }
}
