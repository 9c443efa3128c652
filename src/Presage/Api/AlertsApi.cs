using Presage.Notifying;
using Presage.State;

namespace Presage.Api;

/// <summary>Which alerts a list holds.</summary>
enum AlertListState
{
    /// <summary>Pending and firing ones, the worst first.</summary>
    Open,

    /// <summary>Ended ones, the last first.</summary>
    History,
}

/// <param name="Silences">Active and coming ones.</param>
sealed record AlertList(IReadOnlyList<AlertItem> Items, IReadOnlyList<Silence> Silences, AlertsToday Today);

/// <summary>Since midnight in the server's time zone.</summary>
/// <param name="Alerts">That began to fire.</param>
/// <param name="Notifications">That were delivered.</param>
sealed record AlertsToday(int Alerts, int Notifications);

/// <param name="Note">For the others, at most 500 characters.</param>
sealed record Acknowledgement(string? Note = null);

/// <summary>Alerts: what is wrong, and who takes care of it.</summary>
static class AlertsApi
{
    const int LimitMax = 1000;
    const int NoteMax = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        var alerts = api.MapGroup("/alerts").WithTags("Alerts");
        alerts.MapGet("", List).WithName("listAlerts").Require(Access.Viewer)
            .WithSummary("Open alerts, the worst first, or ended ones; at most 1000");
        alerts.MapPost("/{id:long}/acknowledge", Acknowledge).WithName("acknowledgeAlert").Require(Access.Operator)
            .WithSummary("Say that you take care of a firing alert; it is told to nobody else");
        alerts.MapDelete("/{id:long}/acknowledge", Unacknowledge).WithName("unacknowledgeAlert").Require(
            Access.Operator)
            .WithSummary("Take an acknowledgement back");
    }

    static AlertList List(
        AlertBoard board,
        SilenceStore silences,
        string state = "open",
        string? host = null,
        int limit = 200)
    {
        CheckLimit(limit);
        var (alerts, notifications) = board.Today();
        return new AlertList(
            ListStateOf(state) == AlertListState.Open ? board.Open(host, limit) : board.History(host, limit),
            [.. silences.List().Select(SilencesApi.Shown)],
            new AlertsToday(alerts, notifications));
    }

    // Bound as text: the framework reads an enum of the query with the letter case of C#, not of the document.
    static AlertListState ListStateOf(string state) => Enum.TryParse(state, ignoreCase: true, out AlertListState known)
        && Enum.IsDefined(known)
            ? known
            : throw ProblemException.BadField("state", $"There is no list \"{state}\".", "Use open or history.");

    static AlertItem Acknowledge(
        long id, Acknowledgement request, AlertStore alerts, AlertBoard board, TimeProvider time, HttpContext context)
    {
        if (request.Note is { Length: > NoteMax } note)
        {
            throw ProblemException.BadField("note", $"The note has {note.Length} characters; {NoteMax} is the most.");
        }

        var item = Find(board, id);
        string? kept = string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim();
        if (!alerts.Acknowledge(id, Caller.Of(context).Name, kept, time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            throw ProblemException.Conflict(
                $"Alert {id} does not fire; it is {AccountRules.Text(item.State)}.",
                "Only firing alerts can be acknowledged.");
        }

        Audit.Describe(context, item.Host, $"alert {id}, {item.Rule}");
        return Find(board, id);
    }

    static AlertItem Unacknowledge(long id, AlertStore alerts, AlertBoard board, TimeProvider time, HttpContext context)
    {
        var item = Find(board, id);
        if (!alerts.Unacknowledge(id, Caller.Of(context).Name, time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            throw ProblemException.Conflict($"Alert {id} is not acknowledged, or has ended.");
        }

        Audit.Describe(context, item.Host, $"alert {id}, {item.Rule}");
        return Find(board, id);
    }

    static AlertItem Find(AlertBoard board, long id) =>
        board.Find(id) ?? throw ProblemException.NotFound($"There is no alert {id}.");

    public static void CheckLimit(int limit)
    {
        if (limit is < 1 or > LimitMax)
        {
            throw ProblemException.BadField("limit", $"{limit} is outside 1 to {LimitMax}.");
        }
    }
}
