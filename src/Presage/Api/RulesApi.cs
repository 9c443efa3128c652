using Microsoft.AspNetCore.Http.HttpResults;
using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Notifying;
using Presage.State;
using Presage.Watching;

namespace Presage.Api;

/// <summary>What a rule is about.</summary>
enum RuleKind
{
    /// <summary>A value beyond a threshold.</summary>
    Threshold,

    /// <summary>Anomalies: the threshold is a sensitivity.</summary>
    Anomaly,
}

/// <summary>A condition that is watched on every host, or on some.</summary>
/// <param name="Stock">Whether Presage brought it; else somebody made it, and may delete it.</param>
/// <param name="Hosts">Of a rule that somebody made: the hosts it is for, a regular expression; empty for all.</param>
/// <param name="Families">
/// Of a rule that somebody made: families of vital signs, of which one takes part in the anomaly; none for any anomaly.
/// </param>
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
    RuleKind Kind,
    string Hosts,
    IReadOnlyList<string> Families,
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
/// <param name="Name">Of rules that somebody made only, as are hosts and families.</param>
sealed record RuleUpdate(
    bool? Enabled = null,
    double? Threshold = null,
    double? ForSeconds = null,
    AlertItemSeverity? Severity = null,
    string? Name = null,
    string? Hosts = null,
    IReadOnlyList<string>? Families = null);

/// <summary>A rule of kind "anomaly" to make.</summary>
/// <param name="Name">Like no other's.</param>
/// <param name="Hosts">
/// A regular expression, anchored at both ends, of the hosts it is for, such as db.*; all when left out.
/// </param>
/// <param name="Families">
/// cpu, memory, disk, filesystem, network or system: tells of anomalies in which one of these takes part; of any when
/// left out.
/// </param>
/// <param name="FalseAlarms">
/// The false alarms that a host may raise in a week, 0.001 to 100: the lower, the rarer what is told. Anomalies are
/// found at the host's own sensitivity (watching.false_alarms); 100 tells of all of them.
/// </param>
/// <param name="ForSeconds">0 to 86400: how long the anomaly must run.</param>
sealed record AnomalyRuleRequest(
    string Name,
    string Hosts = "",
    IReadOnlyList<string>? Families = null,
    double FalseAlarms = HostAnomaly.AlarmsPerWeekMax,
    double ForSeconds = 0,
    AlertItemSeverity Severity = AlertItemSeverity.Warning,
    bool Enabled = true);

/// <summary>Rules: what would wake somebody.</summary>
static class RulesApi
{
    const double ForMax = 24 * 3600;
    const double RateMin = 0.001;
    const int OwnMax = 200;
    const int HostsMax = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        var rules = api.MapGroup("/rules").WithTags("Alerts");
        rules.MapGet("", static (RuleStore store, AlertPulse pulse) => List(store, pulse))
            .WithName("listRules").Require(Access.Viewer).WithSummary("All rules with how their last evaluation went");
        rules.MapPost("", Create).WithName("createRule").Require(Access.Operator)
            .WithSummary("Make a rule of kind \"anomaly\": for some hosts or families, with a sensitivity of its own");
        rules.MapDelete("/{id}", Delete).WithName("deleteRule").Require(Access.Operator)
            .WithSummary("Delete a rule that somebody made; its alerts end");
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
        var stored = Find(rules, id);
        var rule = stored.Rule;
        if (request.Threshold is { } threshold)
        {
            CheckThreshold(rule, threshold);
        }

        CheckFor(request.ForSeconds ?? 0);
        if (stored.Own is { } own)
        {
            var wanted = Changed(own, request);
            Check(wanted);
            var replaced = rules.Replace(
                id, wanted, request.Enabled ?? stored.Enabled, Caller.Of(context).Name) ?? throw NameTaken(wanted.Name);
            alerts.Touch();
            Audit.Describe(context, wanted.Name, Describe(request));
            return Shown(replaced, pulse);
        }

        if (request is not { Name: null, Hosts: null, Families: null })
        {
            throw ProblemException.BadField(
                request.Name is not null ? "name" : request.Hosts is not null ? "hosts" : "families",
                $"{rule.Name} is a stock rule, which keeps its name and is for all hosts.",
                "Make a rule of your own (POST rules).");
        }

        var changed = rules.Change(
            id,
            new RuleChange(
                request.Enabled,
                request.Threshold,
                request.ForSeconds is { } forSeconds ? TimeSpan.FromSeconds(forSeconds) : null,
                request.Severity is { } severity ? SeverityOf(severity) : null),
            Caller.Of(context).Name);
        alerts.Touch();
        Audit.Describe(context, rule.Name, Describe(request));
        return Shown(changed, pulse);
    }

    static Rule Reset(string id, RuleStore rules, AlertStore alerts, AlertPulse pulse, HttpContext context)
    {
        var rule = OfKind(Find(rules, id), isStock: true).Rule;
        var reset = rules.Reset(id);
        alerts.Touch();
        Audit.Describe(context, rule.Name, "as shipped");
        return Shown(reset, pulse);
    }

    static Rule Create(
        AnomalyRuleRequest request, RuleStore rules, AlertStore alerts, AlertPulse pulse, HttpContext context)
    {
        CheckFor(request.ForSeconds);
        var rule = new AnomalyRule(
            request.Name.Trim(),
            request.Hosts,
            request.Families ?? [],
            request.FalseAlarms,
            TimeSpan.FromSeconds(request.ForSeconds),
            SeverityOf(request.Severity));
        Check(rule);
        if (rules.All.Count(static stored => stored.Own is not null) >= OwnMax)
        {
            throw ProblemException.Conflict($"There are {OwnMax} own rules already.", "Delete one first.");
        }

        var created = rules.Add(rule, request.Enabled, Caller.Of(context).Name) ?? throw NameTaken(rule.Name);
        alerts.Touch();
        Audit.Describe(context, rule.Name, $"made, {created.Rule.Query} <= {rule.FalseAlarms}");
        return Shown(created, pulse);
    }

    static NoContent Delete(string id, RuleStore rules, AlertStore alerts, HttpContext context)
    {
        var rule = OfKind(Find(rules, id), isStock: false).Rule;
        rules.Delete(id);
        alerts.Touch();
        Audit.Describe(context, rule.Name, "deleted");
        return TypedResults.NoContent();
    }

    static StoredRule OfKind(StoredRule stored, bool isStock) => stored.Own is null == isStock
        ? stored
        : throw ProblemException.Conflict(
            isStock ? $"{stored.Rule.Name} was not shipped; somebody made it."
                : $"{stored.Rule.Name} is a stock rule, which cannot be deleted.",
            isStock ? "Change it, or delete it." : "Switch it off.");

    static AnomalyRule Changed(AnomalyRule own, RuleUpdate request) => own with
    {
        Name = request.Name?.Trim() ?? own.Name,
        Hosts = request.Hosts ?? own.Hosts,
        Families = request.Families ?? own.Families,
        FalseAlarms = request.Threshold ?? own.FalseAlarms,
        For = request.ForSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : own.For,
        Severity = request.Severity is { } severity ? SeverityOf(severity) : own.Severity,
    };

    static Severity SeverityOf(AlertItemSeverity severity) =>
        severity == AlertItemSeverity.Critical ? Severity.Critical : Severity.Warning;

    static ProblemException NameTaken(string name) => ProblemException.BadField(
        "name", $"There is a rule {AccountRules.Shown(name)} already.", "Choose another name.");

    static void CheckFor(double seconds)
    {
        if (seconds is not (>= 0 and <= ForMax))
        {
            throw ProblemException.BadField(
                "forSeconds", $"{seconds} is outside 0 to {ForMax}.", "Choose up to a day.");
        }
    }

    static void Check(AnomalyRule rule)
    {
        AccountRules.CheckLabel(rule.Name, "name");
        if (rule.FalseAlarms is not (>= RateMin and <= HostAnomaly.AlarmsPerWeekMax))
        {
            throw ProblemException.BadField(
                "falseAlarms", $"{rule.FalseAlarms} is no sensitivity.",
                "Give the false alarms that a host may raise in a week, 0.001 to 100.");
        }

        if (rule.Families.Any(static family => family is null || !VitalCatalogue.Families.Contains(family)))
        {
            throw ProblemException.BadField(
                "families",
                $"Not all of \"{AccountRules.Shown(string.Join(", ", rule.Families))}\" are families of vital signs.",
                $"Choose of {string.Join(", ", VitalCatalogue.Families.Order())}.");
        }

        if (rule.Hosts.Length > HostsMax || rule.Hosts.Any(char.IsControl))
        {
            throw ProblemException.BadField("hosts", $"Hosts need at most {HostsMax} printable characters.");
        }

        try
        {
            _ = new LabelMatcher(LabelNames.Host, MatchOperator.RegexMatch, rule.Hosts);
        }
        catch (ArgumentException e)
        {
            throw ProblemException.BadField(
                "hosts", $"\"{AccountRules.Shown(rule.Hosts)}\" is not a regular expression: {e.Message}",
                "Write one such as db.* or web1|web2.");
        }
    }

    static StoredRule Find(RuleStore rules, string id) =>
        rules.Find(id) ?? throw ProblemException.NotFound($"There is no rule \"{AccountRules.Shown(id)}\".");

    static void CheckThreshold(AlertRule rule, double threshold)
    {
        var (fits, fix) = rule.Unit switch
        {
            "ratio" => (threshold is > 0 and <= 1, "Give a ratio over 0 and up to 1; 0.95 is 95 %."),
            "1/week" => (threshold is >= RateMin and <= HostAnomaly.AlarmsPerWeekMax,
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
            update.Hosts is { } hosts ? $"hosts {hosts}" : null,
            update.Families is { } families ? $"families {string.Join(", ", families)}" : null,
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
            Stock: stored.Own is null,
            Changed: stored.Own is null && (stored.Enabled != stored.Stock.IsOn || rule != stored.Stock),
            rule.Explains ? RuleKind.Anomaly : RuleKind.Threshold,
            stored.Own?.Hosts ?? "",
            stored.Own?.Families ?? [],
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
