using Presage.Watching;

namespace Presage.Api;

/// <summary>What was said of an anomaly, and what came of it.</summary>
/// <param name="By">Who said it.</param>
/// <param name="AtMs">When.</param>
/// <param name="StartMs">When the anomaly began.</param>
/// <param name="Sentence">The anomaly.</param>
/// <param name="Learned">What was learned from it, in words.</param>
/// <param name="Held">How many alike were not told because of it.</param>
/// <param name="HeldMs">When the last of them was; null when none was.</param>
sealed record LabelView(
    long AnomalyId,
    string Host,
    AnomalyWord Word,
    string? Note,
    string By,
    long AtMs,
    long StartMs,
    string Sentence,
    string Learned,
    int Held,
    long? HeldMs);

/// <summary>What one says of an anomaly.</summary>
/// <param name="Note">For the others, at most 500 characters.</param>
sealed record LabelRequest(AnomalyWord Word, string? Note = null);

/// <summary>Saying of anomalies that they are expected, useful or noise, and taking it back.</summary>
static class LabelsApi
{
    const int NoteMax = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        var anomalies = api.MapGroup("/anomalies").WithTags("Anomalies");
        anomalies.MapGet("/labels", static (Watcher watcher, ReaderClock reader) =>
                watcher.Labels.All().Select(new AnomalyViews(watcher, reader).Shown))
            .WithName("listLabels").Require(Access.Viewer)
            .WithSummary("What was learned from what users said of anomalies, newest first");
        anomalies.MapPut("/{id:long}/label", Label).WithName("labelAnomaly").Require(Access.Operator)
            .WithSummary("Say that an anomaly is expected, useful or noise; the like of it is told accordingly");
        anomalies.MapDelete("/{id:long}/label", Unlabel).WithName("unlabelAnomaly").Require(Access.Operator)
            .WithSummary("Take back what was said of an anomaly");
    }

    static AnomalyItem Label(
        long id, LabelRequest request, Watcher watcher, ReaderClock reader, TimeProvider time, HttpContext context)
    {
        if (request.Note is { Length: > NoteMax } note)
        {
            throw ProblemException.BadField("note", $"The note has {note.Length} characters; {NoteMax} is the most.");
        }

        var anomaly = Find(watcher, id);
        string? kept = string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim();
        watcher.Labels.Set(
            anomaly, request.Word, kept, Caller.Of(context).Name, time.GetUtcNow().ToUnixTimeMilliseconds());
        Audit.Describe(context, anomaly.Host, $"anomaly {id} is {AccountRules.Text(request.Word)}");
        return new AnomalyViews(watcher, reader).Shown(anomaly);
    }

    static AnomalyItem Unlabel(long id, Watcher watcher, ReaderClock reader, HttpContext context)
    {
        var anomaly = Find(watcher, id);
        if (!watcher.Labels.Remove(id))
        {
            throw ProblemException.Conflict($"Nothing was said of anomaly {id}.");
        }

        Audit.Describe(context, anomaly.Host, $"anomaly {id}: taken back");
        return new AnomalyViews(watcher, reader).Shown(anomaly);
    }

    static StoredAnomaly Find(Watcher watcher, long id) => watcher.Anomalies.Find(id)
        ?? throw ProblemException.NotFound($"There is no anomaly {id}; they are kept for a while and then dropped.");
}
