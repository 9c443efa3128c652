using Presage.Metrics;

namespace Presage.Watching;

/// <summary>
/// How many false alarms per host and week are expected: for all, and other rates for some hosts or families of vital
/// signs, of which the first rule that fits counts.
/// </summary>
public sealed class FalseAlarms(double perWeek, IReadOnlyList<FalseAlarmRule> rules)
{
    /// <summary>0.1 a week for everything.</summary>
    public static FalseAlarms Default { get; } = new(DefaultPerWeek, []);

    /// <summary>One host in ten raises one a week.</summary>
    public const double DefaultPerWeek = 0.1;

    /// <summary>The expected number per week of a host as a whole; 0 means: none wanted.</summary>
    public double OfHost(string host) => Of(host, "");

    /// <summary>The same as far as a family of vital signs may raise them.</summary>
    public double OfFamily(string host, string family) => Of(host, family);

    double Of(string host, string family)
    {
        foreach (var rule in rules)
        {
            if (rule.Matchers.All(matcher => matcher.Matches(matcher.Name == LabelNames.Host ? host : family)))
            {
                return rule.PerWeek;
            }
        }

        return perWeek;
    }
}

/// <summary>Another rate for some hosts or families.</summary>
/// <param name="Matchers">On the labels <c>host</c> and <c>family</c>.</param>
public sealed record FalseAlarmRule(IReadOnlyList<LabelMatcher> Matchers, double PerWeek);
