using Presage.Metrics;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>The latest reading of one vital sign of a host.</summary>
/// <param name="Key">The vital with what tells several apart: <c>filesystem_use{mountpoint="/"}</c>.</param>
/// <param name="Per">The label that tells several apart; null where there is one per host.</param>
/// <param name="Value">
/// Null where the signal has none now (no I/O whose latency could be measured, device gone).
/// </param>
/// <param name="TimeMs">Data time of the value, or of the last one there was.</param>
/// <param name="Lower">Lower end of the usual range; null while learning.</param>
/// <param name="Upper">Upper end of the usual range; null while learning.</param>
/// <param name="Score">0-1 (docs/detection.md); null while learning.</param>
/// <param name="IsHeadline">Whether it is one of the six tiles; of several per host the fullest or busiest is.</param>
/// <param name="IsUnusual">Whether an anomaly runs.</param>
/// <param name="UnusualSinceMs">Its start; null when none runs.</param>
/// <param name="Query">PromQL of the stored series.</param>
public sealed record VitalSnapshot(
    string Key,
    VitalSign Vital,
    Label? Per,
    double? Value,
    long TimeMs,
    double? Lower,
    double? Upper,
    double? Score,
    bool IsLearned,
    double? Capacity,
    bool IsHeadline,
    bool IsUnusual,
    long? UnusualSinceMs,
    string Query);
