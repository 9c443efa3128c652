using Presage.Alerting.Rules;

namespace Presage.Alerting.Grouping;

/// <summary>
/// Turns the alerts to tell at one evaluation into messages: one for each rule, host, status and (of ended ones)
/// thread.
/// </summary>
public static class NotificationGrouping
{
    /// <summary>The messages in the order of their first alert; every change is in exactly one of them.</summary>
    public static IReadOnlyList<Notification> Group(
        IReadOnlyList<AlertChange> changes, long nowMs, string? externalUrl) =>
    [
        .. changes
            .GroupBy(change => (change.Rule.Id, change.Host, change.Status, change.ThreadKey))
            .Select(group => Message([.. group.OrderBy(change => change.Labels)], nowMs, externalUrl)),
    ];

    static Notification Message(IReadOnlyList<AlertChange> changes, long nowMs, string? externalUrl)
    {
        var first = changes[0];
        return new Notification
        {
            Status = first.Status,
            RuleId = first.Rule.Id,
            RuleName = first.Rule.Name,
            Severity = first.Rule.Severity,
            Host = first.Host,
            Sentence = Sentence(changes, nowMs),
            Alerts = [.. changes.Select(change => Notified(change, nowMs))],
            ThreadKey = first.ThreadKey ?? $"{first.AlertId}-{first.State.FiredMs ?? nowMs}",
            AtMs = nowMs,
            ExternalUrl = externalUrl,
        };
    }

    static string Sentence(IReadOnlyList<AlertChange> changes, long nowMs)
    {
        var first = changes[0];
        if (changes.Count == 1)
        {
            return Single(first, nowMs);
        }

        if (first.Ended is not null)
        {
            string subjects = string.Join(", ", changes.Select(change => Sentences.Subject(change.Labels)));
            return $"{first.Host}: {first.Rule.Name} ended on {subjects}.";
        }

        long sinceMs = changes.Min(change => change.State.SinceMs);
        return Sentences.FiringMany(
            first.Rule,
            first.Host,
            [.. changes.Select(change => (change.Labels, change.State.Value))],
            TimeSpan.FromMilliseconds(nowMs - sinceMs));
    }

    static string Single(AlertChange change, long nowMs)
    {
        var duration = TimeSpan.FromMilliseconds(nowMs - change.State.SinceMs);
        return change.Ended is { } reason
            ? Sentences.Resolved(
                change.Rule, change.Labels, change.State.Value, duration, reason, change.State.Explanation)
            : Sentences.Firing(
                change.Rule, change.Labels, change.State.Value, duration, change.State.Explanation);
    }

    static NotifiedAlert Notified(AlertChange change, long nowMs)
    {
        var labels = AlertLabels.Of(change.Rule, change.Labels);
        return new NotifiedAlert(
            change.AlertId,
            AlertLabels.ToDictionary(labels),
            Single(change, nowMs),
            NumberText.Format(change.State.Value, change.Rule.Unit),
            change.State.FiredMs ?? change.State.SinceMs,
            change.Ended is null ? null : nowMs,
            AlertLabels.Fingerprint(labels));
    }
}
