using Presage.Detection;
using Presage.OwnModels;

namespace Presage.Watching;

/// <summary>An anomaly that has opened, has moved on or has ended, for the log.</summary>
/// <param name="SinceMs">When the change point of what leads it was; else when it was noticed.</param>
/// <param name="Causes">Of an anomaly of a whole host, what takes part; else null.</param>
readonly record struct AnomalyEvent(
    string Host,
    string Key,
    string Vital,
    Anomaly Anomaly,
    bool IsOpen,
    string Sentence,
    long SinceMs,
    IReadOnlyList<AnomalyCause>? Causes = null)
{
    /// <summary>Of an anomaly that an own model found, what its sentence is made of; else null.</summary>
    public ModelStatement? Statement { get; init; }
}
