namespace Presage.Api;

/// <summary>What is told to all live clients at one moment.</summary>
sealed record LiveState(
    long TimeMs,
    double SamplesPerSecond,
    long SeriesActive,
    IReadOnlyList<LiveHost> Hosts,
    long AlertsRevision,
    long AnomaliesRevision,
    string? NotStoring);

/// <summary>What one live client has been told, so that it is told only what changed.</summary>
sealed class LiveClient(IReadOnlyList<string> hosts, long anomaliesTold)
{
    readonly Dictionary<string, LiveHost> _told = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _vitalsMs = new(StringComparer.Ordinal);

    /// <summary>The hosts whose vital signs it asked for.</summary>
    public IReadOnlyList<string> Hosts { get; } = [.. hosts.Distinct(StringComparer.Ordinal)];

    /// <summary>The number of the newest anomaly it was told of.</summary>
    public long AnomaliesTold { get; set; } = anomaliesTold;

    /// <summary>The tick for this client: the hosts that differ from what it knows.</summary>
    public LiveTick Changes(LiveState state)
    {
        var changed = new List<LiveHost>();
        foreach (var host in state.Hosts)
        {
            if (!_told.TryGetValue(host.Host, out var known) || known != host)
            {
                _told[host.Host] = host;
                changed.Add(host);
            }
        }

        return new LiveTick(
            state.TimeMs,
            state.SamplesPerSecond,
            state.SeriesActive,
            changed,
            state.AlertsRevision,
            state.AnomaliesRevision,
            state.NotStoring);
    }

    /// <summary>Whether these vital signs are newer than the last ones told.</summary>
    public bool IsNews(LiveVitals vitals)
    {
        if (_vitalsMs.TryGetValue(vitals.Host, out long told) && told == vitals.TimeMs)
        {
            return false;
        }

        _vitalsMs[vitals.Host] = vitals.TimeMs;
        return true;
    }
}
