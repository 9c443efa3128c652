using Presage.Detection;
using Presage.Watching;

namespace Presage.OwnModels;

/// <summary>What models found, as causes of a host's anomaly.</summary>
static class ModelCauses
{
    /// <summary>Each finding as a cause: its strength is decades of rarity, as that of a vital sign.</summary>
    public static IEnumerable<AnomalyCause> Of(IReadOnlyList<ModelFinding> findings) =>
        findings.Select(static finding => new AnomalyCause(
            finding.Key,
            $"{finding.Series} (model {finding.Model})",
            finding.Anomaly.PeakValue,
            finding.Anomaly.Lower,
            finding.Anomaly.Upper,
            "",
            "model",
            finding.Anomaly.StartMs,
            -Math.Log10(Math.Max(1 - finding.Score, Rarity.ProbabilityMin))));

    /// <summary>The score of a host's minute, with what models found.</summary>
    public static double? Oddest(double? score, IReadOnlyList<ModelFinding> findings) => findings.Count == 0
        ? score
        : Math.Max(score ?? 0, findings.Max(static finding => 1 - finding.PerMinute));
}
