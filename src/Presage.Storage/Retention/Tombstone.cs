using Presage.Metrics;

namespace Presage.Storage;

/// <summary>A deletion that is not carried out in all files yet.</summary>
/// <param name="Number">Counts up.</param>
/// <param name="Matchers">The series.</param>
/// <param name="Range">The span of their samples, both ends included.</param>
sealed record Tombstone(int Number, IReadOnlyList<LabelMatcher> Matchers, TimeRange Range)
{
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
