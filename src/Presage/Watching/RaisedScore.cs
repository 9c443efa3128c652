using Presage.Detection;

namespace Presage.Watching;

/// <summary>Why the score of a host is high now.</summary>
/// <param name="Score">One minus the share of normal minutes at least this odd, 0 to 1.</param>
/// <param name="Reason">What of the vital signs together makes most of it; null where one of them alone does.</param>
/// <param name="By">Those that take part most, most first; empty where it is none in particular.</param>
/// <param name="SinceMs">Since when the first of them has been so; null where that is not known.</param>
sealed record RaisedScore(double Score, ScoreReason? Reason, IReadOnlyList<string> By, long? SinceMs)
{
    /// <summary>Lower scores come about every quarter of an hour.</summary>
    public const double From = 0.99;

    /// <summary>Names told at most.</summary>
    public const int ByMax = 3;

    /// <summary>"Memory use moved at 14:02 and has stayed: a step is news for about ten minutes."</summary>
    public string Sentence
    {
        get
        {
            if (By.Count == 0)
            {
                return "The vital signs do not fit together as usual; none of them stands out.";
            }

            string names = By.Count == 1 ? By[0] : $"{string.Join(", ", By.SkipLast(1))} and {By[^1]}";
            bool areMany = By.Count > 1;
            string have = areMany ? "have" : "has";
            string at = SinceMs is { } thenMs ? $" at {SentenceTimes.Of(thenMs)}" : " of late";
            string since = SinceMs is { } sinceMs ? $" since {SentenceTimes.Of(sinceMs)}" : "";
            return Reason switch
            {
                null => $"{names} {(areMany ? "are" : "is")} hardly ever where {(areMany ? "they are" : "it is")} now" +
                    $"{(since.Length == 0 ? "" : $", and {have} been there{since}")}.",
                ScoreReason.LastingMove =>
                    $"{names} moved{at} and {have} stayed: a step is news for about ten minutes.",
                ScoreReason.Drift => $"{names} {have} been drifting to one side for an hour or two.",
                ScoreReason.Change =>
                    $"{names} moved{at}; that fades as the new values, or the old ones again, become usual.",
                _ => $"The vital signs do not lie together as they did while they were learned, most of all {names}" +
                    $"{since}; nothing has just begun.",
            };
        }
    }
}
