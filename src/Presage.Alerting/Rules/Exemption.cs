using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>Decides which samples a rule's <see cref="AlertRule.Unless"/> exempts.</summary>
public static class Exemption
{
    /// <summary>
    /// Marks the samples that a series of <paramref name="exempt"/> covers: the same host, and no label with another
    /// value.
    /// </summary>
    public static RuleSample[] Mark(IReadOnlyList<RuleSample> samples, IReadOnlyList<LabelSet> exempt)
    {
        var byHost = exempt.ToLookup(HostNames.Of);
        return [.. samples.Select(sample =>
            sample with { Exempt = byHost[HostNames.Of(sample.Labels)].Any(labels => Agree(labels, sample.Labels)) })];
    }

    static bool Agree(LabelSet a, LabelSet b)
    {
        foreach (ref readonly var label in a.Labels)
        {
            string other = b[label.Name];
            if (other.Length > 0 && other != label.Value)
            {
                return false;
            }
        }

        return true;
    }
}
