using Presage.Alerting.Rules;
using Presage.Notifying;
using Presage.State;
using Presage.Watching;

namespace Presage.Api;

/// <summary>A condition that is watched on every host.</summary>
/// <param name="Stock">Whether Presage brought it.</param>
/// <param name="Changed">Whether somebody changed it.</param>
/// <param name="Query">PromQL that gives the value per host and instance.</param>
/// <param name="Unless">PromQL naming instances that are exempt; null for none.</param>
/// <param name="Comparison">&gt;, &gt;=, &lt; or &lt;=: a value on that side of the threshold is bad.</param>
/// <param name="ClearThreshold">A firing alert ends only behind this bound.</param>
/// <param name="ForSeconds">How long a value must be bad before it alerts.</param>
/// <param name="KeepFiringSeconds">How long an alert stays after its value is good again.</param>
/// <param name="Sentence">The template of what is said.</param>
/// <param name="LastError">Why it could not be evaluated; null when it could.</param>
sealed record Rule(
    string Id,
    string Name,
    bool Enabled,
    bool Stock,
    bool Changed,
    AlertItemSeverity Severity,
    string Query,
    string? Unless,
    string Comparison,
    double Threshold,
    double ClearThreshold,
    string Unit,
    double ForSeconds,
    double KeepFiringSeconds,
    string Sentence,
    long? LastEvaluationMs,
    string? LastError,
    int Firing,
    int Pending);

/// <summary>What to change; fields left out or null stay.</summary>
/// <param name="Threshold">In the rule's unit; ratios 0 to 1.</param>
/// <param name="ForSeconds">0 to 86400.</param>
sealed record RuleUpdate(
    bool? Enabled = null, double? Threshold = null, double? ForSeconds = null, AlertItemSeverity? Severity = null);

/// <summary>Rules: what would wake somebody.</summary>
static class RulesApi
{
    const double ForMax = 24 * 3600;

    public static void Map(IEndpointRouteBuilder api)
    {
        var rules = api.MapGroup("/rules").WithTags("Alerts");
        rules.MapGet("", static (RuleStore store, AlertPulse pulse) => List(store, pulse))
            .WithName("listRules").Require(Access.Viewer).WithSummary("All rules with how their last evaluation went");
        rules.MapPut("/{id}", Update).WithName("updateRule").Require(Access.Operator)
            .WithSummary("Switch a rule on or off, or change its threshold, duration or severity");
        rules.MapPost("/{id}/reset", Reset).WithName("resetRule").Require(Access.Operator)
            .WithSummary("Make a stock rule as it was shipped");
    }

    static IReadOnlyList<Rule> List(RuleStore rules, AlertPulse pulse) =>
        [.. rules.All.Select(rule => Shown(rule, pulse))];

    static Rule Update(
        string id, RuleUpdate request, RuleStore rules, AlertStore alerts, AlertPulse pulse, HttpContext context)
    {
        var rule = Find(rules, id).Rule;
        if (request.Threshold is { } threshold)
        {
            CheckThreshold(rule, threshold);
        }

        if (request.ForSeconds is { } seconds and not (>= 0 and <= ForMax))
        {
            throw ProblemException.BadField(
                "forSeconds", $"{seconds} is outside 0 to {ForMax}.", "Choose up to a day.");
        }

        var changed = rules.Change(
            id,
            new RuleChange(
                request.Enabled,
                request.Threshold,
                request.ForSeconds is { } wanted ? TimeSpan.FromSeconds(wanted) : null,
                request.Severity switch
                {
                    AlertItemSeverity.Critical => Severity.Critical,
                    AlertItemSeverity.Warning => Severity.Warning,
                    _ => null,
                }),
            Caller.Of(context).Name);
        alerts.Touch();
        Audit.Describe(context, rule.Name, Describe(request));
        return Shown(changed, pulse);
    }

    static Rule Reset(string id, RuleStore rules, AlertStore alerts, AlertPulse pulse, HttpContext context)
    {
        var rule = Find(rules, id).Rule;
        var reset = rules.Reset(id);
        alerts.Touch();
        Audit.Describe(context, rule.Name, "as shipped");
        return Shown(reset, pulse);
    }

    static StoredRule Find(RuleStore rules, string id) =>
        rules.Find(id) ?? throw ProblemException.NotFound($"There is no rule \"{AccountRules.Shown(id)}\".");

    static void CheckThreshold(AlertRule rule, double threshold)
    {
        var (fits, fix) = rule.Unit switch
        {
            "ratio" => (threshold is > 0 and <= 1, "Give a ratio over 0 and up to 1; 0.95 is 95 %."),
            "1/week" => (threshold is >= 0.001 and <= HostAnomaly.AlarmsPerWeekMax,
                "Give the false alarms that a host may raise in a week, 0.001 to 100."),
            _ => (double.IsFinite(threshold), "Give a finite number."),
        };
        if (!fits)
        {
            throw ProblemException.BadField(
                "threshold", $"{threshold} cannot be the threshold of {rule.Name}.", fix);
        }
    }

    static string Describe(RuleUpdate update)
    {
        string?[] parts =
        [
            update.Enabled is { } enabled ? $"enabled {(enabled ? "yes" : "no")}" : null,
            update.Threshold is { } threshold ? $"threshold {threshold}" : null,
            update.ForSeconds is { } seconds ? $"for {seconds} s" : null,
            update.Severity is { } severity ? $"severity {AccountRules.Text(severity)}" : null,
        ];
        return string.Join(", ", parts.Where(static part => part is not null));
    }

    static Rule Shown(StoredRule stored, AlertPulse pulse)
    {
        var rule = stored.Rule;
        var last = pulse.Of(rule.Id);
        return new Rule(
            rule.Id,
            rule.Name,
            stored.Enabled,
            Stock: true,
            Changed: stored.Enabled != stored.Stock.IsOn || rule != stored.Stock,
            rule.Severity == Severity.Critical ? AlertItemSeverity.Critical : AlertItemSeverity.Warning,
            rule.Query,
            rule.Unless,
            rule.Comparison.Sign(),
            rule.Threshold,
            rule.ClearThreshold,
            rule.Unit,
            rule.For.TotalSeconds,
            rule.KeepFiringFor.TotalSeconds,
            rule.Sentence,
            last.EvaluatedMs,
            last.Error,
            last.Firing,
            last.Pending);
    }
}
