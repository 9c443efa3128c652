using Presage.Metrics;

namespace Presage.Storage;

/// <summary>How long the series that satisfy all matchers are kept; the first rule that fits a series counts.</summary>
/// <param name="Matchers">What a series must satisfy; at least one.</param>
/// <param name="Times">How long then; a tier of zero is not kept at all.</param>
public sealed record RetentionRule(IReadOnlyList<LabelMatcher> Matchers, RetentionTimes Times)
{
    /// <summary>Whether the rule is for a series.</summary>
    public bool Matches(LabelSet labels)
    {
        foreach (var matcher in Matchers)
        {
            if (!matcher.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }
}
