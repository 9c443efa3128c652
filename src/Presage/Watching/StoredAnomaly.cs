using Presage.OwnModels;

namespace Presage.Watching;

/// <summary>A run of unusual values as stored. Times in ms since 1970 UTC, values in the vital's unit.</summary>
/// <param name="Key">
/// The vital with what tells several apart, or <see cref="AnomalyLog.HostKey"/>: the host as a whole.
/// </param>
/// <param name="Vital">The vital sign's id; empty of a whole host.</param>
/// <param name="EndMs">Null while it runs.</param>
/// <param name="Causes">Of a whole host, what takes part, likeliest first; else empty.</param>
public sealed record StoredAnomaly(
    long Id,
    string Host,
    string Key,
    string Vital,
    long StartMs,
    long? EndMs,
    long PeakMs,
    double PeakValue,
    double PeakScore,
    double Lower,
    double Upper,
    bool IsAbove,
    bool IsSlow,
    string Sentence,
    IReadOnlyList<AnomalyCause> Causes)
{
    /// <summary>When the change point of what leads it was; else when it was noticed.</summary>
    public long SinceMs { get; init; } = StartMs;

    /// <summary>
    /// Of an anomaly that an own model found, what its sentence is made of; null of others, and where an older version
    /// stored it.
    /// </summary>
    internal ModelStatement? Statement { get; init; }
}
