namespace Presage.Api;

/// <summary>How an incident stands.</summary>
enum IncidentState
{
    /// <summary>Something of it goes on.</summary>
    Open,

    /// <summary>Somebody takes care of every alert of it that fires.</summary>
    Acknowledged,

    /// <summary>All of it is over.</summary>
    Ended,
}

/// <summary>How grave an incident is.</summary>
enum IncidentSeverity
{
    /// <summary>A critical alert is part of it.</summary>
    Critical,

    /// <summary>Alerts are part of it, none of them critical.</summary>
    Warning,

    /// <summary>Anomalies alone.</summary>
    Unusual,
}

/// <summary>Alerts and anomalies of a host that began together: most likely of one cause.</summary>
/// <param name="Id">Stable: what it began with, "alert-7" or "anomaly-12".</param>
/// <param name="StartMs">When the first of it began.</param>
/// <param name="EndMs">When the last of it ended; null while something goes on.</param>
/// <param name="Severity">The worst of its alerts; unusual where anomalies alone make it.</param>
/// <param name="Sentence">What is said of its gravest part, of those that go on while any does.</param>
/// <param name="AcknowledgedBy">Who takes care of it; null when nobody said so.</param>
/// <param name="Alerts">In the order they began.</param>
/// <param name="Anomalies">Of the host as a whole, or that it is unlike its twins; in the order they began.</param>
sealed record Incident(
    string Id,
    string Host,
    long StartMs,
    long? EndMs,
    IncidentState State,
    IncidentSeverity Severity,
    string Sentence,
    string? AcknowledgedBy,
    IReadOnlyList<AlertItem> Alerts,
    IReadOnlyList<AnomalyItem> Anomalies);
