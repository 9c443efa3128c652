using Presage.Alerting.Rules;
using Presage.Notifying;
using Presage.State;

namespace Presage.Api;

/// <summary>The answer of <c>/api/v1/alerts</c>.</summary>
sealed record PrometheusAlertsAnswer(string Status, PrometheusAlertsData Data);

sealed record PrometheusAlertsData(IReadOnlyList<PrometheusAlert> Alerts);

/// <param name="State">pending or firing.</param>
/// <param name="ActiveAt">RFC 3339.</param>
/// <param name="Value">The number as text.</param>
sealed record PrometheusAlert(
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    string State,
    string ActiveAt,
    string Value);

/// <summary>The answer of <c>/api/v1/rules</c>.</summary>
sealed record PrometheusRulesAnswer(string Status, PrometheusRulesData Data);

sealed record PrometheusRulesData(IReadOnlyList<PrometheusRuleGroup> Groups);

/// <param name="Interval">Seconds between evaluations.</param>
sealed record PrometheusRuleGroup(
    string Name,
    string File,
    double Interval,
    int Limit,
    IReadOnlyList<PrometheusRule> Rules,
    double EvaluationTime,
    string LastEvaluation);

/// <param name="Query">With the comparison, as Prometheus writes alerting rules.</param>
/// <param name="Duration">Seconds of <c>for</c>.</param>
/// <param name="State">inactive, pending or firing.</param>
/// <param name="Health">ok, err or unknown.</param>
sealed record PrometheusRule(
    string Type,
    string Name,
    string Query,
    double Duration,
    double KeepFiringFor,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    IReadOnlyList<PrometheusAlert> Alerts,
    string State,
    string Health,
    string? LastError,
    double EvaluationTime,
    string LastEvaluation);

/// <summary>Alerts and rules in the form of Prometheus, for Grafana and tools.</summary>
static class PrometheusAlertsApi
{
    const int AlertsMax = 10_000;

    /// <summary>How Prometheus writes a time that has not been.</summary>
    const string Never = "0001-01-01T00:00:00Z";

    public static void Map(IEndpointRouteBuilder root)
    {
        var api = root.MapGroup("/api/v1").WithTags("Prometheus").Require(Access.Viewer);
        api.MapGet("/alerts", static (AlertBoard board) =>
                new PrometheusAlertsAnswer("success", new PrometheusAlertsData(Open(board))))
            .WithName("prometheusAlerts").WithSummary("Pending and firing alerts");
        api.MapGet("/rules", Rules).WithName("prometheusRules").WithSummary("All rules that are switched on");
    }

    static PrometheusRulesAnswer Rules(RuleStore rules, AlertBoard board, AlertPulse pulse)
    {
        var alerts = board.Open(null, AlertsMax);
        var shown = rules.All
            .Where(static rule => rule.Enabled)
            .Select(rule => Shown(rule.Rule, alerts, pulse))
            .ToList();
        var group = new PrometheusRuleGroup(
            "stock", "stock-rules.json", AlertPulse.Interval.TotalSeconds, 0, shown, 0, Time(pulse.LastEvaluationMs));
        return new PrometheusRulesAnswer("success", new PrometheusRulesData([group]));
    }

    static PrometheusRule Shown(AlertRule rule, IReadOnlyList<AlertItem> alerts, AlertPulse pulse)
    {
        var last = pulse.Of(rule.Id);
        return new PrometheusRule(
            "alerting",
            rule.Name,
            $"{rule.Query} {rule.Comparison.Sign()} {rule.Threshold}",
            rule.For.TotalSeconds,
            rule.KeepFiringFor.TotalSeconds,
            new Dictionary<string, string>
            {
                ["rule"] = rule.Id,
                ["severity"] = rule.Severity == Severity.Critical ? "critical" : "warning",
            },
            new Dictionary<string, string> { ["summary"] = rule.Sentence },
            [.. alerts.Where(alert => alert.RuleId == rule.Id).Select(Shown)],
            last.Firing > 0 ? "firing" : last.Pending > 0 ? "pending" : "inactive",
            last.Error is not null ? "err" : last.EvaluatedMs is null ? "unknown" : "ok",
            last.Error,
            0,
            Time(last.EvaluatedMs));
    }

    static List<PrometheusAlert> Open(AlertBoard board) => [.. board.Open(null, AlertsMax).Select(Shown)];

    static PrometheusAlert Shown(AlertItem alert) => new(
        alert.Labels,
        new Dictionary<string, string> { ["summary"] = alert.Sentence },
        alert.FiredMs is null ? "pending" : "firing",
        Time(alert.StartedMs),
        (alert.Value ?? double.NaN).ToString("R"));

    static string Time(long? timestampMs) => timestampMs is { } ms
        ? DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")
        : Never;
}
