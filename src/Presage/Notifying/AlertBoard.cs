using Presage.Alerting.Grouping;
using Presage.Alerting.Rules;
using Presage.Api;
using Presage.Metrics;
using Presage.State;

namespace Presage.Notifying;

/// <summary>
/// Alerts as pages show them: stored facts, the values of the last evaluation, silences, and who was told.
/// </summary>
sealed class AlertBoard(
    AlertStore alerts,
    RuleStore rules,
    SilenceStore silences,
    OutboxStore outbox,
    AlertPulse pulse,
    ReaderClock reader,
    TimeProvider time)
{
    /// <summary>Grows with every change that a page shows.</summary>
    public long Revision => alerts.Revision;

    /// <summary>
    /// Pending and firing alerts: firing first, critical first, newest first; of one host when it is given.
    /// </summary>
    public IReadOnlyList<AlertItem> Open(string? host, int limit) => Items(
    [
        .. alerts.Open()
            .Where(alert => host is null || alert.Host == host)
            .OrderBy(static alert => alert.Phase == AlertPhase.Firing ? 0 : 1)
            .ThenBy(static alert => alert.AcknowledgedBy is null ? 0 : 1)
            .ThenByDescending(static alert => alert.Severity)
            .ThenByDescending(static alert => alert.FiredMs ?? alert.SinceMs)
            .Take(limit),
    ]);

    /// <summary>Ended alerts, last first.</summary>
    public IReadOnlyList<AlertItem> History(string? host, int limit) => Items(alerts.Ended(host, limit));

    /// <summary>Alerts that fired and overlap a span of time, last first; of one host when it is given.</summary>
    public IReadOnlyList<AlertItem> Fired(long fromMs, long toMs, string? host, int limit) =>
        Items(alerts.Fired(fromMs, toMs, host, limit));

    public AlertItem? Find(long id) => alerts.Find(id) is { } alert ? Items([alert])[0] : null;

    /// <summary>Alerts that ended since midnight in the server's time zone.</summary>
    public int EndedToday() => alerts.EndedSince(MidnightMs());

    /// <summary>Alerts that fired and messages delivered since midnight in the server's time zone.</summary>
    public (int Alerts, int Notifications) Today() =>
        (alerts.CountFiredSince(MidnightMs()), outbox.CountDeliveredSince(MidnightMs()));

    long MidnightMs()
    {
        var now = time.GetLocalNow();
        return new DateTimeOffset(now.Date, now.Offset).ToUnixTimeMilliseconds();
    }

    List<AlertItem> Items(IReadOnlyList<StoredAlert> stored)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var active = silences.Active(nowMs);
        var told = outbox.OfAlerts([.. stored.Select(static alert => alert.Id)]);
        return [.. stored.Select(alert => Item(alert, active, told[alert.Id], nowMs))];
    }

    AlertItem Item(
        StoredAlert alert, IReadOnlyList<StoredSilence> active, IEnumerable<StoredDelivery> told, long nowMs)
    {
        var rule = rules.Find(alert.RuleId)?.Rule;
        var labels = AlertLabels.Of(alert.RuleId, alert.RuleName, alert.Severity, alert.Labels);
        var state = pulse.Of(alert.Id) ?? alert.State;
        bool pending = alert.Phase == AlertPhase.Pending;
        return new AlertItem(
            alert.Id,
            alert.RuleName,
            alert.RuleId,
            alert.Host,
            StateOf(alert, active, labels),
            alert.Severity == Severity.Critical ? AlertItemSeverity.Critical : AlertItemSeverity.Warning,
            AlertLabels.ToDictionary(labels),
            reader.Read(SentenceOf(alert, rule, state, nowMs)),
            double.IsFinite(state.Value) ? state.Value : null,
            rule?.Unit ?? "",
            alert.Threshold,
            rule?.Comparison.Sign() ?? "",
            alert.SinceMs,
            alert.FiredMs,
            pending && rule is not null ? state.SinceMs + (long)rule.For.TotalMilliseconds : null,
            alert.EndedMs,
            alert.AcknowledgedBy,
            alert.AcknowledgedMs,
            alert.Note,
            rule?.Vital is { } vital ? VitalKey(vital, alert.Labels) : null,
            rule is null ? "" : EvidenceQuery(rule, alert),
            [.. told.Select(Notified)]);
    }

    static AlertItemState StateOf(
        StoredAlert alert, IReadOnlyList<StoredSilence> active, LabelSet labels) => alert switch
    {
        { Phase: AlertPhase.Resolved } => AlertItemState.Resolved,
        { AcknowledgedBy: not null } => AlertItemState.Acknowledged,
        _ when active.Any(silence => silence.Silence.Covers(labels)) => AlertItemState.Silenced,
        { Phase: AlertPhase.Pending } => AlertItemState.Pending,
        _ => AlertItemState.Firing,
    };

    /// <summary>
    /// Of an open alert, the sentence with the value and duration of now; of an ended one, what was said at its end.
    /// </summary>
    static string SentenceOf(StoredAlert alert, AlertRule? rule, InstanceState state, long nowMs)
    {
        var duration = TimeSpan.FromMilliseconds(Math.Max(0, nowMs - state.SinceMs));
        return (alert.Phase, rule) switch
        {
            (AlertPhase.Resolved, _) or (_, null) => alert.Sentence,
            (AlertPhase.Pending, _) => Sentences.Pending(
                rule, alert.Labels, state.Value, duration, state.Explanation),
            _ when rule.Explains && state.Explanation is null => alert.Sentence,
            _ => Sentences.Firing(rule, alert.Labels, state.Value, duration, state.Explanation),
        };
    }

    static string VitalKey(string vital, LabelSet labels)
    {
        var per = Per(labels);
        return per.Count == 0
            ? vital
            : $"{vital}{{{string.Join(",", per.Select(static label => $"{label.Name}=\"{label.Value}\""))}}}";
    }

    static string EvidenceQuery(AlertRule rule, StoredAlert alert) => rule.Vital is { } vital
        ? LabelSet.OfMetric("presage_vital", [new("host", alert.Host), new("vital", vital), .. Per(alert.Labels)])
            .ToString()
        : rule.TellsSilence
            ? LabelSet.OfMetric(rule.Query, new Label("host", alert.Host)).ToString()
            : rule.Query;

    static List<Label> Per(LabelSet labels)
    {
        var per = new List<Label>();
        foreach (ref readonly var label in labels.Labels)
        {
            if (label.Name is not (LabelNames.Host or LabelNames.Instance or LabelNames.Job))
            {
                per.Add(label);
            }
        }

        return per;
    }

    static AlertNotified Notified(StoredDelivery delivery) => new(
        delivery.Channel,
        delivery.State switch
        {
            DeliveryState.Delivered => AlertNotifiedState.Delivered,
            DeliveryState.Failed => AlertNotifiedState.Failed,
            _ => AlertNotifiedState.Waiting,
        },
        delivery.LastAttemptMs ?? delivery.CreatedMs,
        delivery.Answer is { } answer ? $"{delivery.Recipient}: {answer}" : delivery.Recipient);
}
