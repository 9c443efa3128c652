using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>
/// A rule of kind "anomaly" that somebody made: tells of anomalies of some hosts, or of those in which some families
/// of vital signs take part, from a sensitivity of its own on.
/// </summary>
/// <param name="Name">The rule in words.</param>
/// <param name="Hosts">A regular expression, anchored at both ends, of the hosts it is for; empty for all.</param>
/// <param name="Families">Families of vital signs, of which one takes part; none: any anomaly of the host.</param>
/// <param name="FalseAlarms">The false alarms a host may raise in a week: the lower, the rarer what is told.</param>
/// <param name="For">How long the anomaly must run.</param>
public sealed record AnomalyRule(
    string Name,
    string Hosts,
    IReadOnlyList<string> Families,
    double FalseAlarms,
    TimeSpan For,
    Severity Severity)
{
    /// <summary>How rare the running anomaly of a host is; far beyond any sensitivity while none runs.</summary>
    const string Rate = "presage_host_anomaly_rate";

    /// <summary>1 for each family that takes part in the running anomaly of a host.</summary>
    const string Family = "presage_host_anomaly_family";

    /// <summary>What <see cref="Rate"/> is while nothing is wrong.</summary>
    const string NoRate = "1000";

    /// <summary>The rule as it is evaluated.</summary>
    public AlertRule ToRule(string id) => new()
    {
        Id = id,
        Name = Name,
        Severity = Severity,
        Query = Query(),
        Comparison = Comparison.AtMost,
        Threshold = FalseAlarms,
        ClearThreshold = FalseAlarms,
        Unit = "1/week",
        For = For,
        Sentence = "{host}: behaves unlike usual. {explanation}",
        ResolvedSentence = "{host}: as usual again after {duration}. {explanation}",
        Explains = true,
    };

    /// <summary>Always has a value for each host, so that an alert ends by a good one.</summary>
    string Query()
    {
        string rate = Selector(Rate);
        if (Families.Count == 0)
        {
            return rate;
        }

        string family = Selector(
            Family, new LabelMatcher("family", MatchOperator.RegexMatch, string.Join('|', Families)));
        return $"{rate} and on (host) {family} == 1 or {rate} * 0 + {NoRate}";
    }

    string Selector(string metric, params IEnumerable<LabelMatcher> others)
    {
        var matchers = Hosts.Length == 0
            ? others
            : others.Prepend(new LabelMatcher(LabelNames.Host, MatchOperator.RegexMatch, Hosts));
        string inBraces = string.Join(", ", matchers);
        return inBraces.Length == 0 ? metric : $"{metric}{{{inBraces}}}";
    }
}
