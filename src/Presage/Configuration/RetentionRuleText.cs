using Presage.Query;
using Presage.Storage;

namespace Presage.Configuration;

/// <summary>Reads retention rules as operators write them: <c>{job="dev"} raw=1d 5m=7d 1h=30d</c>.</summary>
static class RetentionRuleText
{
    public const string Form = "a selector and times such as {job=\"dev\"} raw=1d 5m=7d 1h=30d";

    const int RulesMax = 100;

    /// <summary>Reads rules, one a line. What a rule leaves out is -1 ms until <see cref="Fill"/>.</summary>
    public static bool TryRead(string text, out IReadOnlyList<RetentionRule> rules)
    {
        var read = new List<RetentionRule>();
        rules = read;
        foreach (string line in text.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!TryReadOne(line, out var rule) || read.Count == RulesMax)
            {
                return false;
            }

            read.Add(rule);
        }

        return true;
    }

    /// <summary>The rule with what it leaves out as everything else has it.</summary>
    public static RetentionRule Fill(RetentionRule rule, RetentionTimes others) => rule with
    {
        Times = new RetentionTimes(
            rule.Times.Raw < TimeSpan.Zero ? others.Raw : rule.Times.Raw,
            rule.Times.FiveMinutes < TimeSpan.Zero ? others.FiveMinutes : rule.Times.FiveMinutes,
            rule.Times.OneHour < TimeSpan.Zero ? others.OneHour : rule.Times.OneHour),
    };

    static bool TryReadOne(string line, out RetentionRule rule)
    {
        rule = null!;
        int brace = line.LastIndexOf('}');
        if (brace < 0)
        {
            return false;
        }

        var missing = TimeSpan.FromMilliseconds(-1);
        var times = new RetentionTimes(missing, missing, missing);
        foreach (string part in line[(brace + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !ConfigurationValue.TryDuration(part[(equals + 1)..], out var time) ||
                time > TimeSpan.FromDays(3650))
            {
                return false;
            }

            switch (part[..equals])
            {
                case "raw" when time >= TimeSpan.FromHours(2):
                    times = times with { Raw = time };
                    break;
                case "5m":
                    times = times with { FiveMinutes = time };
                    break;
                case "1h":
                    times = times with { OneHour = time };
                    break;
                default:
                    return false;
            }
        }

        try
        {
            rule = new RetentionRule(
                new PromQlEngine(new QueryLimits()).ParseSelector(line[..(brace + 1)]), times);
            return times != new RetentionTimes(missing, missing, missing) && rule.Matchers.Count > 0;
        }
        catch (PromQlException)
        {
            return false;
        }
    }
}
