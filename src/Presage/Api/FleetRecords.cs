using Presage.Detection;

namespace Presage.Api;

/// <summary>How a host is, worst first.</summary>
enum HostState
{
    Critical,
    Warning,
    Silent,
    Learning,
    Ok,

    /// <summary>Its history was imported; nothing has arrived by itself yet.</summary>
    Imported,
}

/// <summary>How a host's samples arrive.</summary>
enum HostSource
{
    Local,
    Agent,
    Prometheus,
    Other,

    /// <summary>They were imported.</summary>
    Imported,
}

/// <summary>One host in one line.</summary>
/// <param name="Unusual">0 as usual, 1 slightly, 2 clearly, 3 extremely unusual.</param>
/// <param name="Score">How unusual the host is, 0 to 1; null while learning.</param>
/// <param name="System">The operating system, for example "Debian GNU/Linux 12".</param>
/// <param name="Alerts">The number of firing alerts.</param>
/// <param name="Sentence">Why the host is not as usual; null when it is.</param>
record HostSummary(
    string Host,
    HostState State,
    int Unusual,
    double? Score,
    long LastSeenMs,
    IReadOnlyDictionary<string, string> Labels,
    string? System,
    string? AgentVersion,
    HostSource Source,
    int Alerts,
    string? Sentence);

/// <summary>The first screen.</summary>
/// <param name="Wrong">Firing alerts by severity, then pending ones; at most 50.</param>
/// <param name="EndedToday">Alerts resolved since midnight UTC.</param>
sealed record Overview(
    long TimeMs,
    IReadOnlyList<HostSummary> Hosts,
    IReadOnlyList<AlertItem> Wrong,
    int EndedToday,
    OverviewTotals Totals,
    OverviewWatching Watching);

/// <summary>The fleet in figures. Ratios are means over the hosts that report them.</summary>
sealed record OverviewTotals(
    int Hosts,
    int AsUsual,
    int Silent,
    int Learning,
    double SamplesPerSecond,
    long SeriesActive,
    double? CpuUse,
    double? MemoryUse,
    double? FilesystemUse);

/// <param name="EvaluationsEach">How many times each rule was evaluated since <c>StartedMs</c>.</param>
sealed record OverviewWatching(int Rules, long EvaluationsEach, long? LastEvaluationMs, long StartedMs);

/// <summary>Everything a host's page shows first.</summary>
/// <param name="Anomaly">That the host as a whole is unusual; null when it is not.</param>
/// <param name="Raised">Why the host's score is high now; null while it is not.</param>
/// <param name="OddSeries">Single series that do not behave as they always did, oddest first; at most 50.</param>
/// <param name="Twins">The host among its twins; null when it has none.</param>
/// <param name="Models">What own models find odd on the host, rarest first.</param>
/// <param name="MetricCount">The number of metric names stored for the host.</param>
sealed record HostDetail(
    HostSummary Summary,
    HostFactsView Facts,
    Learning Learning,
    IReadOnlyList<VitalReading> Vitals,
    UnusualHostView? Anomaly,
    RaisedScoreView? Raised,
    IReadOnlyList<UnusualMetric> Unusual,
    IReadOnlyList<OddSeriesView> OddSeries,
    TwinsView? Twins,
    IReadOnlyList<ModelFindingView> Models,
    IReadOnlyList<ProcessUsageView> Processes,
    int MetricCount,
    IReadOnlyList<AlertItem> Alerts);

/// <summary>What is known about the machine; null where the sender does not tell.</summary>
sealed record HostFactsView(
    string? Os,
    string? Kernel,
    string? Architecture,
    string? CpuModel,
    int? Cores,
    double? MemoryBytes,
    long? BootTimeMs,
    string? AgentVersion);

enum LearningPhase
{
    /// <summary>Learning the usual range (half an hour).</summary>
    Range,

    /// <summary>The range is known; learning how days differ by hour.</summary>
    Days,

    /// <summary>Learning how the days of the week differ.</summary>
    Weeks,

    Known,
}

/// <summary>How far learning what is normal for a host has come.</summary>
/// <param name="NeededSeconds">What the usual range needs.</param>
/// <param name="DayRhythmAtMs">When the rhythm of the day will be known; null when it is.</param>
sealed record Learning(
    long StartedMs, double LearnedSeconds, double NeededSeconds, LearningPhase Phase, long? DayRhythmAtMs);

enum VitalState
{
    Ok,
    Warning,
    Critical,
    Unusual,
}

/// <summary>One vital sign now, with its usual range.</summary>
/// <param name="Key">The vital with what tells several apart: <c>filesystem_use{mountpoint="/"}</c>.</param>
/// <param name="Per">What it is about: the mount point, device or interface; empty when there is one per host.</param>
/// <param name="Headline">Whether it is one of the six tiles of a host's page.</param>
/// <param name="Lower">Lower end of the usual range; null while learning.</param>
/// <param name="Capacity">What 100 % is, for example bytes of the file system or cores for the load.</param>
/// <param name="Query">PromQL of its stored series.</param>
/// <param name="SinceMs">Since when it has been in this state; null when ok.</param>
sealed record VitalReading(
    string Key,
    string Vital,
    string Name,
    string Family,
    string Unit,
    IReadOnlyDictionary<string, string> Per,
    bool Headline,
    double? Value,
    long TimeMs,
    double? Lower,
    double? Upper,
    double? Score,
    bool Learned,
    double? Capacity,
    VitalState State,
    string Query,
    long? SinceMs);

/// <summary>A vital sign outside its usual range.</summary>
/// <param name="Rarity">How rarely it goes this far, in words: "1 in 7 months".</param>
/// <param name="Id">Its number, to say something of it; null in its first second.</param>
/// <param name="Label">What a user said of it; null when nobody did.</param>
/// <param name="LastSeen">
/// When the like of it was seen last and what was said of it, as a sentence; null when never.
/// </param>
sealed record UnusualMetric(
    long? Id,
    string Key,
    string Name,
    string Sentence,
    double Value,
    double? Lower,
    double? Upper,
    string Unit,
    double Score,
    long SinceMs,
    string Rarity,
    LabelView? Label,
    string? LastSeen);

/// <summary>A host that is unusual as a whole.</summary>
/// <param name="Sentence">What, expected range and seen, since when, what moved with it and what first.</param>
/// <param name="Score">One minus the share of normal minutes at least this odd, at its oddest.</param>
/// <param name="Rarity">How rarely normal behaviour goes this far, in words: "1 in 7 months".</param>
/// <param name="Joint">Whether the vital signs together raised it; else one of them alone.</param>
/// <param name="Borrowed">Whether it is judged by what a like host has learned.</param>
/// <param name="Causes">What takes part, likeliest first.</param>
/// <param name="Id">Its number, to say something of it; null in its first second.</param>
/// <param name="Label">What a user said of it; null when nobody did.</param>
/// <param name="LastSeen">
/// When the like of it was seen last and what was said of it, as a sentence; null when never.
/// </param>
/// <param name="SeenBefore">The last ones like it, at most three.</param>
sealed record UnusualHostView(
    long? Id,
    string Sentence,
    double Score,
    string Rarity,
    long SinceMs,
    bool Joint,
    bool Borrowed,
    IReadOnlyList<CauseView> Causes,
    LabelView? Label,
    string? LastSeen,
    IReadOnlyList<SeenBefore> SeenBefore);

/// <summary>Why a host's score is high now.</summary>
/// <param name="Score">One minus the share of normal minutes at least this odd.</param>
/// <param name="Rarity">How rarely normal behaviour goes this far, in words: "1 in 7 months".</param>
/// <param name="Sentence">Which vital signs raise it, what they did and since when.</param>
sealed record RaisedScoreView(double Score, string Rarity, string Sentence);

/// <summary>A vital sign's part in an anomaly of its host.</summary>
/// <param name="Lower">Lower end of the usual range; null while that is not known.</param>
/// <param name="SinceMs">Since when it has been unusual by itself; null where it is not.</param>
/// <param name="Strength">How much it takes part; 3 and more is much.</param>
sealed record CauseView(
    string Key,
    string Name,
    double? Value,
    double? Lower,
    double? Upper,
    string Unit,
    string Family,
    long? SinceMs,
    double Strength);

/// <summary>A series that does not behave as it always did.</summary>
/// <param name="Query">PromQL of what was judged: the series, or the rate of a counter.</param>
/// <param name="Oddity">What is odd about it.</param>
/// <param name="Value">
/// The newest value, of a counter its rate per second; of a shift and a wrong time the mean of five minutes.
/// </param>
/// <param name="Lower">As low as it usually goes.</param>
/// <param name="Upper">As high as it usually goes.</param>
/// <param name="Rate">Whether value and range are rates per second.</param>
sealed record OddSeriesView(
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    string Query,
    SeriesOddity Oddity,
    double Value,
    double Lower,
    double Upper,
    bool Rate,
    double Score,
    string Rarity,
    long SinceMs);

/// <summary>Processes of one name and what they use together.</summary>
/// <param name="Pid">Its process id when there is one process.</param>
/// <param name="CpuRatio">CPU time as a share of what all CPUs had: 1 is every core busy.</param>
sealed record ProcessUsageView(string Name, int? Pid, int Count, double CpuRatio, double MemoryBytes, string? User);

/// <summary>The series of one metric name on one host.</summary>
/// <param name="Family">What it is about: cpu, memory, disk, filesystem, network, system or other.</param>
/// <param name="Latest">The latest value when there is one series.</param>
sealed record MetricFamily(
    string Name, string? Help, string? Type, string Family, int Series, double? Latest, string? Unit);
