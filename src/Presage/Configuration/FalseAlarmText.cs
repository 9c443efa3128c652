using System.Globalization;
using Presage.Metrics;
using Presage.Query;
using Presage.Watching;

namespace Presage.Configuration;

/// <summary>Reads how many false alarms are expected: <c>{host=~"db.*"} 0.5</c>, <c>{family="network"} 0</c>.</summary>
static class FalseAlarmText
{
    public const string RateForm = "a number from 0.001 to 100, or 0 for no alarms";

    public const string RuleForm = "a selector on host and family and a number such as {host=~\"db.*\"} 0.5";

    const int RulesMax = 100;

    /// <summary>Reads a rate per host and week.</summary>
    public static bool TryRate(string text, out double perWeek) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out perWeek)
            && perWeek is 0 or (>= 0.001 and <= 100);

    /// <summary>Reads rules, one a line.</summary>
    public static bool TryRules(string text, out IReadOnlyList<FalseAlarmRule> rules)
    {
        var read = new List<FalseAlarmRule>();
        rules = read;
        foreach (string line in text.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int brace = line.LastIndexOf('}');
            if (brace < 0 || read.Count == RulesMax || !TryRate(line[(brace + 1)..].Trim(), out double perWeek) ||
                MatchersOf(line[..(brace + 1)]) is not { Count: > 0 } matchers)
            {
                return false;
            }

            read.Add(new FalseAlarmRule(matchers, perWeek));
        }

        return true;
    }

    static IReadOnlyList<LabelMatcher>? MatchersOf(string selector)
    {
        try
        {
            var matchers = new PromQlEngine(new QueryLimits()).ParseSelector(selector);
            return matchers.All(static matcher => matcher.Name is LabelNames.Host or "family") ? matchers : null;
        }
        catch (PromQlException)
        {
            return null;
        }
    }
}
