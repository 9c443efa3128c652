namespace Presage.Api;

/// <summary>The first event of a live connection (<c>event: hello</c>).</summary>
sealed record LiveHello(long TimeMs, string Version);

/// <summary>Sent every second (<c>event: tick</c>).</summary>
/// <param name="Hosts">The hosts that changed since the last tick; all of them in the first.</param>
/// <param name="AlertsRevision">Grows when an alert changes; a page that shows alerts then asks for them again.</param>
/// <param name="AnomaliesRevision">Grows when an anomaly begins or ends.</param>
/// <param name="NotStoring">Why samples cannot be stored (disk full); null while they can.</param>
sealed record LiveTick(
    long TimeMs,
    double SamplesPerSecond,
    long SeriesActive,
    IReadOnlyList<LiveHost> Hosts,
    long AlertsRevision,
    long AnomaliesRevision,
    string? NotStoring);

sealed record LiveHost(string Host, HostState State, int Unusual, long LastSeenMs);

/// <summary>The vital signs of a host asked for (<c>event: vitals</c>), sent when new ones were computed.</summary>
/// <param name="Models">What own models find odd on the host, rarest first.</param>
sealed record LiveVitals(
    string Host,
    long TimeMs,
    IReadOnlyList<LiveVital> Vitals,
    IReadOnlyList<ModelFindingView> Models,
    IReadOnlyList<ProcessUsageView> Processes);

/// <summary>
/// An anomaly of any host that began or ended (<c>event: anomaly</c>), sent once. What ran before the connection is in
/// the list of anomalies, as is all that there is to say.
/// </summary>
/// <param name="Id">Its number in the list.</param>
/// <param name="Key">The vital with what tells several apart, or the series of an own model; null of hosts.</param>
/// <param name="EndMs">Null of one that began.</param>
sealed record LiveAnomaly(
    long Id,
    string Host,
    AnomalyKind Kind,
    string? Key,
    long SinceMs,
    long StartMs,
    long? EndMs,
    double Score,
    string Sentence);

/// <summary>The part of a <see cref="VitalReading"/> that moves.</summary>
sealed record LiveVital(string Key, double? Value, double? Lower, double? Upper, double? Score, VitalState State);

/// <summary>
/// Describes the stream in the API document: the data of each event is the object under the property of the event's
/// name.
/// </summary>
sealed record LiveEvents(LiveHello Hello, LiveTick Tick, LiveVitals Vitals, LiveAnomaly Anomaly);
