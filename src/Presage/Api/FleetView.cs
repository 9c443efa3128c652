using Presage.Alerting.Rules;
using Presage.Metrics;
using Presage.Notifying;
using Presage.Receivers;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Api;

/// <summary>Hosts as pages show them: what the watcher knows, with the alerts, put into the records of the API.</summary>
sealed class FleetView(
    HostRegistry registry,
    SampleStore store,
    AlertBoard board,
    AlertStore alerts,
    RuleStore rules,
    AlertPulse pulse,
    SelfStatus status,
    MetricLists metrics,
    ProcessLists processes,
    TimeProvider time)
{
    const int WrongMax = 50;
    const int HostAlertsMax = 100;

    volatile AlertCounts _counts = new(-1, new Dictionary<string, (int, int)>());

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
                AlertPulse.Interval.TotalSeconds,
                pulse.LastEvaluationMs,
                pulse.StartedMs));
    }

    public IReadOnlyList<HostSummary> Hosts() =>
    [
        .. registry.Snapshot().Select(Summary)
            .OrderBy(static h => h.State).ThenByDescending(static h => h.Unusual).ThenBy(static h => h.Host, StringComparer.Ordinal),
    ];

    public IReadOnlyList<LiveHost> LiveHosts() => [.. registry.Snapshot().Select(host =>
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
            Unusual(name),
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

        registry.Forget(name);
    }

    /// <summary>The vital signs of a host for a live page; null when there are none.</summary>
    public LiveVitals? Vitals(string host)
    {
        var readings = Readings(host);
        return readings.Count == 0 ? null : new LiveVitals(
            host,
            readings.Max(static r => r.TimeMs),
            [.. readings.Select(static r => new LiveVital(r.Key, r.Value, r.Lower, r.Upper, r.Score, r.State))],
            processes.Of(host));
    }

    public IReadOnlyList<ServerItem> Servers(IReadOnlyDictionary<string, string> tokens) =>
    [
        .. registry.Snapshot().Select(host => new ServerItem(
            Summary(host), host.FirstSeenMs, tokens.GetValueOrDefault(host.Name), host.SamplesPerSecond)),
    ];

    WatchedHost Find(string name) =>
        registry.Find(name) ?? throw ProblemException.NotFound($"No host named {AccountRules.Shown(name)} has sent samples.");

    HostSummary Summary(WatchedHost host)
    {
        var (critical, warning) = Counts().GetValueOrDefault(host.Name);
        var oddity = OddityOf(host.Name);
        return new HostSummary(
            host.Name,
            host.IsSilent ? HostState.Silent
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
                _ => HostSource.Other,
            },
            critical + warning,
            oddity.Sentence);
    }

    /// <summary>Firing alerts by host; counted anew when an alert changed.</summary>
    IReadOnlyDictionary<string, (int Critical, int Warning)> Counts()
    {
        var counts = _counts;
        long revision = board.Revision;
        if (counts.Revision == revision)
        {
            return counts.ByHost;
        }

        var byHost = alerts.Open().Where(static a => a.Phase == AlertPhase.Firing)
            .GroupBy(static a => a.Host, StringComparer.Ordinal)
            .ToDictionary(
                static g => g.Key,
                static g => (g.Count(static a => a.Severity == Severity.Critical), g.Count(static a => a.Severity != Severity.Critical)),
                StringComparer.Ordinal);
        _counts = new AlertCounts(revision, byHost);
        return byHost;
    }

    static double? Mean(IReadOnlyList<HostSummary> hosts, string vital)
    {
        double sum = 0;
        int count = 0;
        foreach (var host in hosts)
        {
            if (host.State == HostState.Silent)
            {
                continue;
            }

            // Of several file systems the fullest counts.
            double? value = Readings(host.Host).Where(r => r.Vital == vital && r.Value is not null).Max(static r => r.Value);
            if (value is not null)
            {
                sum += value.Value;
                count++;
            }
        }

        return count == 0 ? null : sum / count;
    }

    static HostOddity OddityOf(string host) => HostOddity.Unknown;

    static Learning LearningOf(WatchedHost host) => new(host.FirstSeenMs, 0, 1800, LearningPhase.Range, null);

    static IReadOnlyList<VitalReading> Readings(string host) => [];

    static IReadOnlyList<UnusualMetric> Unusual(string host) => [];

    long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();

    sealed record AlertCounts(long Revision, IReadOnlyDictionary<string, (int Critical, int Warning)> ByHost);
}
