using Presage.OwnModels;
using Presage.Watching;

namespace Presage.Api;

/// <summary>The models users brought.</summary>
/// <param name="Folder">Where they are looked for.</param>
/// <param name="Models">All of them, by name.</param>
/// <param name="Odd">What they find odd now, rarest first.</param>
sealed record ModelList(string Folder, IReadOnlyList<ModelStatus> Models, IReadOnlyList<ModelFindingView> Odd);

/// <summary>A series that a model finds odd now.</summary>
/// <param name="Key">The key of its anomaly in the list of anomalies.</param>
/// <param name="Series">The series, without what tells the host.</param>
/// <param name="Value">Its value where it was oddest.</param>
/// <param name="Expected">What the model expects now; null of a model that gives scores.</param>
/// <param name="Peak">The value where it was oddest; of a model that gives scores, the score.</param>
/// <param name="Lower">The usual range of that.</param>
/// <param name="Score">One minus the share of normal looks, one each 10 s, at least this odd.</param>
/// <param name="IsAlarm">Whether it is too rare for the number of false alarms allowed.</param>
sealed record ModelFindingView(
    string Model,
    string Host,
    string Key,
    string Series,
    double Value,
    double? Expected,
    double Peak,
    double Lower,
    double Upper,
    double Score,
    string Rarity,
    bool IsAlarm,
    long SinceMs,
    string Sentence);

/// <summary>Own models: which there are, how they are doing and what they find.</summary>
static class ModelsApi
{
    const int OddMax = 1_000;

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/models", List)
        .Require(Access.Viewer).WithName("listModels").WithTags("Anomalies")
        .WithSummary("The models users brought, how they are doing, and what they find odd now");

    static ModelList List(ModelWatch models, ReaderClock reader) => new(
        Path.GetFullPath(models.Folder),
        models.Statuses,
        [.. models.Findings.Take(OddMax).Select(one => Shown(one.Host, one.Finding, reader))]);

    /// <summary>A finding for a page.</summary>
    public static ModelFindingView Shown(string host, ModelFinding finding, ReaderClock reader) => new(
        finding.Model,
        host,
        finding.Key,
        finding.Series,
        finding.Value,
        finding.Expected,
        finding.Anomaly.PeakValue,
        finding.Anomaly.Lower,
        finding.Anomaly.Upper,
        finding.Score,
        RarityText.Of(finding.Score),
        finding.IsAlarm,
        finding.Anomaly.StartMs,
        reader.Read(finding.Sentence));
}
