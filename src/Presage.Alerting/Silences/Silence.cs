using Presage.Metrics;

namespace Presage.Alerting.Silences;

/// <summary>
/// Holds back the messages of alerts that satisfy all matchers, from start to end (exclusive; ms since 1970 UTC). The
/// alerts themselves go on; one that still fires when the silence ends is told then.
/// </summary>
public sealed record Silence(IReadOnlyList<LabelMatcher> Matchers, long StartsMs, long EndsMs)
{
    /// <summary>The most matchers a silence may have.</summary>
    public const int MatchersMax = 32;

    /// <summary>Whether the silence holds at this time.</summary>
    public bool IsActive(long nowMs) => nowMs >= StartsMs && nowMs < EndsMs;

    /// <summary>Whether an alert with these labels is meant. A silence without matchers means none.</summary>
    public bool Covers(LabelSet labels) => Matchers.Count > 0 && Matchers.All(matcher => matcher.Matches(labels));
}
