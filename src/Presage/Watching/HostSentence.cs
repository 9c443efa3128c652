using System.Text;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// An anomaly of a host in words: what, its expected range and what is seen, since when, what moves with it, what moved
/// first. "CPU use is 97.4 %, usually 2–4 %, since 14:02; with it Load (5.1 tasks, usually 0.1–0.4 tasks). Load moved
/// first, at 14:01."
/// </summary>
static class HostSentence
{
    const int WithMax = 2;

    /// <summary>Causes weaker than this share of the first are not mentioned.</summary>
    const double MentionShare = 0.3;

    /// <summary>What is weaker than this share of the first moved by chance.</summary>
    const double MoverShare = 0.5;

    public static string Of(HostAnomaly anomaly, bool isOpen)
    {
        string when = isOpen
            ? $"since {SentenceTimes.Of(anomaly.SinceMs)}"
            : $"from {SentenceTimes.Of(Math.Min(anomaly.SinceMs, anomaly.StartMs))} " +
              $"to {SentenceTimes.Of(anomaly.EndMs)}";
        if (anomaly.Causes is not [var first, ..])
        {
            return $"The vital signs {(isOpen ? "do" : "did")} not fit together as usual {when}.";
        }

        var with = anomaly.Causes.Skip(1).Where(cause => cause.Strength >= MentionShare * first.Strength).Take(WithMax)
            .Select(InBrackets).ToList();
        var text = new StringBuilder();
        if (IsOutside(first))
        {
            var (seen, usual) = Beside(first);
            text.Append($"{first.Name} {Verb(first, isOpen)} {seen}, usually {usual}, {when}");
            text.Append(with.Count == 0 ? "" : $"; with it {string.Join(" and ", with)}");
        }
        else
        {
            text.Append($"The vital signs {(isOpen ? "do" : "did")} not fit together as usual {when}, most of all ");
            text.Append(string.Join(" and ", with.Prepend(InBrackets(first))));
        }

        text.Append('.');
        var mover = anomaly.Causes
            .Where(cause => cause.SinceMs is not null && cause.Strength >= MoverShare * first.Strength)
            .MinBy(static cause => cause.SinceMs);
        if (mover is not null && first.SinceMs is { } firstMs && firstMs - mover.SinceMs!.Value >= 2_000)
        {
            text.Append($" {mover.Name} moved first, {Earlier(firstMs - mover.SinceMs.Value)} earlier.");
        }

        if (anomaly.KnownSeconds is { } known)
        {
            text.Append($" Known for {Known(known)} only: this may be usual here.");
        }

        return text.ToString();
    }

    static bool IsOutside(AnomalyCause cause) =>
        cause is { Value: { } value, Lower: { } lower, Upper: { } upper } && (value < lower || value > upper);

    public static string Verb(AnomalyCause cause, bool isOpen)
    {
        bool plural = VitalCatalogue.Default.Find(cause.Key.Split('{')[0])?.Plural ?? false;
        return (plural, isOpen) switch
        {
            (true, true) => "are",
            (true, false) => "were",
            (false, true) => "is",
            _ => "was",
        };
    }

    static string InBrackets(AnomalyCause cause)
    {
        var (seen, usual) = Beside(cause);
        return cause.Lower is null ? $"{cause.Name} ({seen})" : $"{cause.Name} ({seen}, usually {usual})";
    }

    static (string Seen, string Usual) Beside(AnomalyCause cause) => Quantity.FormatBeside(
        cause.Value ?? 0, cause.Lower ?? 0, cause.Upper ?? 0, cause.Unit, cause.Family);

    public static string Seen(AnomalyCause cause) => Quantity.Format(cause.Value ?? 0, cause.Unit, cause.Family);

    public static string Usual(AnomalyCause cause) =>
        Quantity.FormatRange(cause.Lower ?? 0, cause.Upper ?? 0, cause.Unit, cause.Family);

    static string Known(double seconds) =>
        seconds < 5_400 ? $"{seconds / 60:0} min" : $"{seconds / 3_600:0} h";

    public static string Earlier(long ms) => ms < 120_000 ? $"{ms / 1_000} s" : $"{ms / 60_000} min";
}
