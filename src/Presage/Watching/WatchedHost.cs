namespace Presage.Watching;

/// <summary>One host as it was when asked. Times in ms since 1970 UTC.</summary>
/// <param name="Name">The host's name (<see cref="Presage.Metrics.SeriesKey.HostOf"/> of its series).</param>
/// <param name="FirstSeenMs">When its first samples arrived, by the server's clock.</param>
/// <param name="LastSeenMs">Timestamp of its newest sample; Presage's own presage_* series do not count.</param>
/// <param name="Cadence">How far apart its samples are; one second until learned.</param>
/// <param name="IsSilent">No sample for longer than max(15 s, 3 x cadence).</param>
/// <param name="IsImported">Its samples were imported, none has arrived by itself.</param>
/// <param name="Labels">Labels that all its series share and that say more than its name (job, site, role …).</param>
/// <param name="SamplesPerSecond">Received over the last minute.</param>
public sealed record WatchedHost(
    string Name,
    long FirstSeenMs,
    long LastSeenMs,
    TimeSpan Cadence,
    bool IsSilent,
    bool IsImported,
    HostOrigin Origin,
    IReadOnlyDictionary<string, string> Labels,
    MachineFacts Facts,
    double SamplesPerSecond);
