using System.Text;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// An anomaly of a host in words: what, its expected range and what is seen, since when, what moves with it, what moved
/// first. "CPU use is 97.4 %, usually 2–4 %, since 14:02; with it Load (5.1 tasks, usually 0.1–0.4 tasks). Load moved
/// first, 20 s earlier." What is over is told as it was.
/// </summary>
static class HostSentence
{
    const int WithMax = 2;

    /// <summary>Causes weaker than this share of the first are not mentioned.</summary>
    const double MentionShare = 0.3;

    /// <summary>What is weaker than this share of the first moved by chance.</summary>
    const double MoverShare = 0.5;

    /// <summary>Nothing odd for this long is told as over, before it is long enough to end the anomaly.</summary>
    const long QuietMs = 60_000;

    /// <summary>
    /// One that runs: what is seen now where that is still unusual, else how far it went: "CPU use has been up to
    /// 97.4 %". Where nothing is odd any more it is over.
    /// </summary>
    /// <param name="nowMs">Data time of now.</param>
    /// <param name="value">The present value of what takes part, by its key; null where there is none.</param>
    public static string Of(HostAnomaly anomaly, long nowMs, Func<string, double?> value) =>
        nowMs - anomaly.EndMs >= QuietMs
            ? $"{OfEnded(anomaly)} Calm since then; " +
                $"it ends after {HostAnomalyRun.CalmFor(anomaly) / 60_000} min of calm."
            : Say(anomaly, $"since {SentenceTimes.Of(anomaly.SinceMs)}", value);

    /// <summary>One that has ended.</summary>
    public static string OfEnded(HostAnomaly anomaly)
    {
        long fromMs = Math.Min(anomaly.SinceMs, anomaly.StartMs);
        return Say(
            anomaly,
            fromMs / 60_000 == anomaly.EndMs / 60_000
                ? $"at {SentenceTimes.Of(fromMs)}"
                : $"from {SentenceTimes.Of(fromMs)} to {SentenceTimes.Of(anomaly.EndMs)}",
            value: null);
    }

    /// <param name="value">The present values; null when it is over.</param>
    static string Say(HostAnomaly anomaly, string when, Func<string, double?>? value)
    {
        string misfit = $"The vital signs {(value is null ? "did" : "do")} not fit together as usual {when}";
        if (anomaly.Causes is not [var first, ..])
        {
            return $"{misfit}.";
        }

        var with = anomaly.Causes.Skip(1).Where(cause => cause.Strength >= MentionShare * first.Strength).Take(WithMax)
            .Select(cause => InBrackets(cause, value)).ToList();
        var text = new StringBuilder();
        if (first.IsOutside())
        {
            var present = Present(first, value);
            var (seen, usual) = Beside(present ?? first);
            string verb = value is null || present is not null ? Verb(first, value is not null) : HasBeen(first);
            text.Append($"{first.Name} {verb} {seen}, usually {usual}, {when}");
            text.Append(with.Count == 0 ? "" : $"; with it {string.Join(" and ", with)}");
        }
        else
        {
            text.Append($"{misfit}, most of all ");
            text.Append(string.Join(" and ", with.Prepend(InBrackets(first, value))));
        }

        text.Append('.');
        Order(anomaly, text);
        return text.ToString();
    }

    /// <summary>Who moved first, and how little is known of the host.</summary>
    static void Order(HostAnomaly anomaly, StringBuilder text)
    {
        var first = anomaly.Causes[0];
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
    }

    /// <summary>The cause as it is now; null where it is not unusual now, or not known, or all is over.</summary>
    static AnomalyCause? Present(AnomalyCause cause, Func<string, double?>? value) =>
        value?.Invoke(cause.Key) is { } now && cause.Outside(now) > 0 ? cause with { Value = now } : null;

    static string HasBeen(AnomalyCause cause) =>
        $"{(IsPlural(cause) ? "have" : "has")} been {(cause.Value > cause.Upper ? "up" : "down")} to";

    public static string Verb(AnomalyCause cause, bool isOpen)
    {
        return (IsPlural(cause), isOpen) switch
        {
            (true, true) => "are",
            (true, false) => "were",
            (false, true) => "is",
            _ => "was",
        };
    }

    static bool IsPlural(AnomalyCause cause) =>
        VitalCatalogue.Default.Find(cause.Key.Split('{')[0])?.Plural ?? false;

    static string InBrackets(AnomalyCause cause, Func<string, double?>? value)
    {
        var (seen, usual) = Beside(Present(cause, value) ?? cause);
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
