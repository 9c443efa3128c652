namespace Presage.Watching;

/// <summary>A run of unusual values as stored. Times in ms since 1970 UTC, values in the vital's unit.</summary>
/// <param name="EndMs">Null while it runs.</param>
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
    string Sentence);
