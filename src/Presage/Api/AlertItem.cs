namespace Presage.Api;

/// <summary>One alert as lists and pages show it.</summary>
/// <param name="Value">The value that the sentence is about, in <paramref name="Unit"/>.</param>
/// <param name="FiresAtMs">When a pending alert will fire if nothing changes.</param>
/// <param name="VitalKey">The vital sign it is about, as in <see cref="VitalReading"/>; null when it is about something
/// else.</param>
/// <param name="Query">PromQL of the stored series to chart as evidence.</param>
sealed record AlertItem(
    long Id,
    string Rule,
    string RuleId,
    string Host,
    AlertItemState State,
    AlertItemSeverity Severity,
    IReadOnlyDictionary<string, string> Labels,
    string Sentence,
    double? Value,
    string Unit,
    double? Threshold,
    string Comparison,
    long StartedMs,
    long? FiredMs,
    long? FiresAtMs,
    long? ResolvedMs,
    string? AcknowledgedBy,
    long? AcknowledgedMs,
    string? Note,
    string? VitalKey,
    string Query,
    IReadOnlyList<AlertNotified> Notified);

/// <summary>Whom an alert was told to, and whether it arrived.</summary>
sealed record AlertNotified(string Channel, AlertNotifiedState State, long TimeMs, string? Detail);

enum AlertItemState
{
    Pending,
    Firing,
    Acknowledged,
    Silenced,
    Resolved,
}

enum AlertItemSeverity
{
    Critical,
    Warning,
}

enum AlertNotifiedState
{
    Delivered,
    Waiting,
    Failed,
}
