using Presage.Explaining;
using Presage.Notifying;
using Presage.OwnModels;
using Presage.Receivers;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Api;

/// <summary>
/// Hosts as pages show them: what the watcher knows, with the alerts, put into the records of the API.
/// </summary>
sealed class FleetView(
    Watcher watcher,
    SampleStore store,
    AlertBoard board,
    RuleStore rules,
    AlertPulse pulse,
    SelfStatus status,
    MetricLists metrics,
    ProcessLists processes,
    PeerDesk peers,
    ModelWatch models,
    ReaderClock reader,
    TimeProvider time)
{
    const int WrongMax = 50;
    const int HostAlertsMax = 100;
    const int OddSeriesMax = 50;

    volatile FiringAlerts _firing = FiringAlerts.Of(-1, []);

    public long SeriesActive => store.Statistics.SeriesActive;

    public long AlertsRevision => board.Revision;

    public Overview Overview()
    {
        var hosts = Hosts();
        return new Overview(
            NowMs(),
            hosts,
            board.Open(null, WrongMax),
            board.EndedToday(),
            new OverviewTotals(
                hosts.Count,
                hosts.Count(static h => h.State == HostState.Ok && h.Unusual == 0),
                hosts.Count(static h => h.State == HostState.Silent),
                hosts.Count(static h => h.State == HostState.Learning),
                status.SamplesPerSecond,
                SeriesActive,
                Mean(hosts, "cpu_use"),
                Mean(hosts, "memory_use"),
                Mean(hosts, "filesystem_use")),
            new OverviewWatching(
                rules.All.Count(static r => r.Enabled),
                pulse.Evaluations,
                pulse.LastEvaluationMs,
                pulse.StartedMs));
    }

    public IReadOnlyList<HostSummary> Hosts() =>
    [
        .. watcher.Registry.Snapshot().Select(Summary)
            .OrderBy(static h => h.State).ThenByDescending(static h => h.Unusual)
            .ThenBy(static h => h.Host, StringComparer.Ordinal),
    ];

    public IReadOnlyList<LiveHost> LiveHosts() => [.. watcher.Registry.Snapshot().Select(host =>
    {
        var summary = Summary(host);
        return new LiveHost(summary.Host, summary.State, summary.Unusual, summary.LastSeenMs);
    })];

    public HostDetail Host(string name)
    {
        var host = Find(name);
        return new HostDetail(
            Summary(host),
            new HostFactsView(
                host.Facts.Os, host.Facts.Kernel, host.Facts.Architecture, host.Facts.CpuModel, host.Facts.Cores,
                host.Facts.MemoryBytes, host.Facts.BootTimeMs, host.Facts.AgentVersion),
            LearningOf(host),
            Readings(name),
            watcher.AnomalyOf(name) is { } anomaly ? new AnomalyViews(watcher, reader).Shown(name, anomaly) : null,
            !host.IsSilent && watcher.RaisedOf(name) is { } raised
                ? new RaisedScoreView(
                    raised.Score, AnomaliesApi.RarityOfMinutes(raised.Score), reader.Read(raised.Sentence))
                : null,
            new AnomalyViews(watcher, reader).Shown(name, watcher.UnusualOf(name)),
            [.. (watcher.Series?.OddOf(name) ?? []).Take(OddSeriesMax).Select(AnomaliesApi.Shown)],
            peers.Of(name),
            OfModels(name),
            processes.Of(name),
            metrics.Count(name),
            board.Open(name, HostAlertsMax));
    }

    public IReadOnlyList<MetricFamily> Metrics(string host, string? search)
    {
        Find(host);
        return metrics.Of(host, search);
    }

    public void Forget(string name)
    {
        if (!Find(name).IsSilent)
        {
            throw ProblemException.Conflict(
                $"{name} still sends; it would appear again at once.", "Stop what sends its samples first.");
        }

        watcher.Registry.Forget(name);
    }

    /// <summary>The vital signs of a host for a live page; null when there are none.</summary>
    public LiveVitals? Vitals(string host)
    {
        var readings = Readings(host);
        return readings.Count == 0 ? null : new LiveVitals(
            host,
            readings.Max(static r => r.TimeMs),
            [.. readings.Select(static r => new LiveVital(r.Key, r.Value, r.Lower, r.Upper, r.Score, r.State))],
            OfModels(host),
            processes.Of(host));
    }

    List<ModelFindingView> OfModels(string host) =>
        [.. models.FindingsOf(host).Take(OddSeriesMax).Select(finding => ModelsApi.Shown(host, finding, reader))];

    public IReadOnlyList<ServerItem> Servers(IReadOnlyDictionary<string, string> tokens) =>
    [
        .. watcher.Registry.Snapshot().Select(host => new ServerItem(
            Summary(host), host.FirstSeenMs, tokens.GetValueOrDefault(host.Name), host.SamplesPerSecond)),
    ];

    WatchedHost Find(string name) =>
        watcher.Registry.Find(name)
            ?? throw ProblemException.NotFound($"No host named {AccountRules.Shown(name)} has sent samples.");

    HostSummary Summary(WatchedHost host)
    {
        var (critical, warning) = Firing().ByHost.GetValueOrDefault(host.Name);
        var oddity = host.IsImported ? HostOddity.Unknown : watcher.OddityOf(host.Name);
        return new HostSummary(
            host.Name,
            host.IsImported ? HostState.Imported
                : host.IsSilent ? HostState.Silent
                : critical > 0 ? HostState.Critical
                : warning > 0 ? HostState.Warning
                : LearningOf(host).Phase == LearningPhase.Range ? HostState.Learning
                : HostState.Ok,
            oddity.Level,
            oddity.Score,
            host.LastSeenMs,
            host.Labels,
            host.Facts.Os,
            host.Facts.AgentVersion,
            host.Origin switch
            {
                HostOrigin.Local => HostSource.Local,
                HostOrigin.Agent => HostSource.Agent,
                HostOrigin.Prometheus => HostSource.Prometheus,
                HostOrigin.Imported => HostSource.Imported,
                _ => HostSource.Other,
            },
            critical + warning,
            reader.ReadIfAny(oddity.Sentence));
    }

    /// <summary>Firing alerts by host and vital sign; read anew when an alert changed.</summary>
    IReadOnlyDictionary<string, Dictionary<string, VitalAlarm>> Alarms() => Firing().ByVital;

    FiringAlerts Firing()
    {
        var firing = _firing;
        long revision = board.Revision;
        if (firing.Revision == revision)
        {
            return firing;
        }

        return _firing = FiringAlerts.Of(revision, board.Open(null, int.MaxValue));
    }

    double? Mean(IReadOnlyList<HostSummary> hosts, string vital)
    {
        double sum = 0;
        int count = 0;
        foreach (var host in hosts)
        {
            if (host.State is HostState.Silent or HostState.Imported)
            {
                continue;
            }

            // Of several file systems the fullest counts.
            double? value =
                Readings(host.Host).Where(r => r.Vital == vital && r.Value is not null).Max(static r => r.Value);
            if (value is not null)
            {
                sum += value.Value;
                count++;
            }
        }

        return count == 0 ? null : sum / count;
    }

    Learning LearningOf(WatchedHost host)
    {
        var learning = watcher.LearningOf(host.Name);
        return learning is null
            ? new Learning(host.FirstSeenMs, 0, Detection.VitalDetector.RangeSeconds, LearningPhase.Range, null)
            : new Learning(
                learning.StartedMs,
                learning.LearnedSeconds,
                learning.NeededSeconds,
                learning.Phase switch
                {
                    Detection.LearningPhase.Range => LearningPhase.Range,
                    Detection.LearningPhase.Days => LearningPhase.Days,
                    Detection.LearningPhase.Weeks => LearningPhase.Weeks,
                    _ => LearningPhase.Known,
                },
                learning.DayRhythmAtMs);
    }

    IReadOnlyList<VitalReading> Readings(string host)
    {
        var firing = Alarms().GetValueOrDefault(host);
        return [.. watcher.ReadingsOf(host).Select(v => Reading(v, firing?.GetValueOrDefault(v.Key)))];
    }

    static VitalReading Reading(VitalSnapshot v, VitalAlarm? alarm) => new(
        v.Key,
        v.Vital.Id,
        v.Vital.Name,
        v.Vital.Family,
        v.Vital.Unit,
        v.Per is { } per ? new Dictionary<string, string> { [per.Name] = per.Value } : new Dictionary<string, string>(),
        v.IsHeadline,
        Finite(v.Value),
        v.TimeMs,
        Finite(v.Lower),
        Finite(v.Upper),
        Finite(v.Score),
        v.IsLearned,
        Finite(v.Capacity),
        alarm is not null ? alarm.IsCritical ? VitalState.Critical : VitalState.Warning
            : v.IsUnusual ? VitalState.Unusual
            : VitalState.Ok,
        v.Query,
        alarm?.SinceMs ?? v.UnusualSinceMs);

    static double? Finite(double? value) => value is { } x && double.IsFinite(x) ? x : null;

    long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
