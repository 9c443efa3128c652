using Presage.Api;
using Presage.Notifying;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>
/// Puts alerts and anomalies of a host together that began together. Nothing of it is stored: an incident is what its
/// alerts and anomalies are.
/// </summary>
sealed class IncidentDesk(AlertBoard board, Watcher watcher, ReaderClock reader)
{
    /// <summary>What begins within a quarter of an hour of what began before belongs to it.</summary>
    public const long TogetherMs = 900_000;

    /// <summary>Alerts and anomalies looked at for one answer.</summary>
    const int PartsMax = 5_000;

    /// <summary>The incidents that overlap a span of time, newest first; of one host or of all.</summary>
    public IReadOnlyList<Incident> Between(long fromMs, long toMs, string? host, int limit)
    {
        var views = new AnomalyViews(watcher, reader);
        var parts = board.Fired(fromMs, toMs, host, PartsMax).Select(static alert => new Part(alert, null))
            .Concat(watcher.Anomalies.Between(fromMs, toMs, host, PartsMax, vitals: false)
                .Select(stored => new Part(null, views.Shown(stored))));
        return
        [
            .. parts.GroupBy(static part => part.Host, StringComparer.Ordinal).SelectMany(Together)
                .OrderByDescending(static one => one.StartMs).ThenBy(static one => one.Host, StringComparer.Ordinal)
                .Take(limit),
        ];
    }

    static IEnumerable<Incident> Together(IEnumerable<Part> ofHost)
    {
        var together = new List<Part>();
        foreach (var part in ofHost.OrderBy(static part => part.StartMs).ThenBy(static part => part.Id))
        {
            if (together is [.., var last] && part.StartMs - last.StartMs > TogetherMs)
            {
                yield return Of(together);
                together.Clear();
            }

            together.Add(part);
        }

        if (together.Count > 0)
        {
            yield return Of(together);
        }
    }

    static Incident Of(List<Part> parts)
    {
        var alerts = parts.Select(static part => part.Alert).OfType<AlertItem>().ToList();
        var anomalies = parts.Select(static part => part.Anomaly).OfType<AnomalyItem>().ToList();
        var open = alerts.FindAll(static alert => alert.ResolvedMs is null);
        bool isOpen = parts.Exists(static part => part.EndMs is null);
        string? by = open.Find(static alert => alert.AcknowledgedBy is not null)?.AcknowledgedBy;
        bool isTakenCareOf = by is not null && open.TrueForAll(static alert => alert.AcknowledgedBy is not null);
        var severity = alerts.Count == 0 ? IncidentSeverity.Unusual
            : alerts.Exists(static alert => alert.Severity == AlertItemSeverity.Critical) ? IncidentSeverity.Critical
            : IncidentSeverity.Warning;
        return new Incident(
            parts[0].Id,
            parts[0].Host,
            parts[0].StartMs,
            isOpen ? null : parts.Max(static part => part.EndMs),
            !isOpen ? IncidentState.Ended : isTakenCareOf ? IncidentState.Acknowledged : IncidentState.Open,
            severity,
            isOpen ? Sentence(open, anomalies.FindAll(static one => one.EndMs is null)) : Sentence(alerts, anomalies),
            by,
            alerts,
            anomalies);
    }

    /// <summary>A critical alert says most, then the anomaly, which says why, then any alert.</summary>
    static string Sentence(List<AlertItem> alerts, List<AnomalyItem> anomalies) =>
        alerts.Find(static alert => alert.Severity == AlertItemSeverity.Critical)?.Sentence
        ?? anomalies.MaxBy(static anomaly => (anomaly.Kind == AnomalyKind.Host, anomaly.Score))?.Sentence
        ?? alerts[0].Sentence;

    /// <summary>An alert or an anomaly.</summary>
    readonly record struct Part(AlertItem? Alert, AnomalyItem? Anomaly)
    {
        public string Id => Alert is { } alert ? $"alert-{alert.Id}" : $"anomaly-{Anomaly!.Id}";

        public string Host => Alert?.Host ?? Anomaly!.Host;

        public long StartMs => Alert?.StartedMs ?? Anomaly!.SinceMs;

        public long? EndMs => Alert is { } alert ? alert.ResolvedMs : Anomaly!.EndMs;
    }
}
