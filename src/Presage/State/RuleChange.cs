using Presage.Alerting.Rules;

namespace Presage.State;

/// <summary>What somebody changed about a stock rule; null fields are as shipped.</summary>
sealed record RuleChange(bool? Enabled, double? Threshold, TimeSpan? For, Severity? Severity)
{
    /// <summary>
    /// The rule with the change. The clear threshold keeps its proportion to the threshold, so that hysteresis stays
    /// in place.
    /// </summary>
    public AlertRule Apply(AlertRule rule)
    {
        double threshold = Threshold ?? rule.Threshold;
        return rule with
        {
            Threshold = threshold,
            ClearThreshold = rule.Threshold == 0 ? threshold : threshold * (rule.ClearThreshold / rule.Threshold),
            For = For ?? rule.For,
            Severity = Severity ?? rule.Severity,
        };
    }
}
