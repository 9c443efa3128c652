using Presage.Metrics;
using Presage.Query;
using Presage.Storage;

namespace Presage.Api;

/// <summary>A consistent copy of the data folder.</summary>
/// <param name="Folder">Where it lies on the server.</param>
/// <param name="Bytes">What it would take on another disk; on this one its files share the room of the
/// server's.</param>
sealed record Snapshot(string Name, string Folder, long CreatedMs, int Files, long Bytes);

/// <param name="Match">Series selectors; a series that fits any of them is deleted.</param>
/// <param name="FromMs">The oldest sample deleted; all when left out.</param>
/// <param name="ToMs">The newest sample deleted; now when left out, and at the latest.</param>
sealed record DeletionRequest(IReadOnlyList<string> Match, long? FromMs = null, long? ToMs = null);

/// <param name="Series">Series that fit and may have had samples in the span.</param>
sealed record DeletionAnswer(int Series);

/// <summary>Deletion of series and snapshots.</summary>
static class StorageApi
{
    const int SelectorsMax = 100;

    static readonly PromQlEngine Engine = new(new QueryLimits());

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/series/delete", DeleteAsync)
            .WithName("deleteSeries")
            .WithTags("Storage")
            .Require(Access.Operator)
            .WithSummary("Delete the samples of a span of all series that fit a selector");
        api.MapGet("/storage/files", static (SampleStore store) => store.Files)
            .WithName("listStoredFiles")
            .WithTags("Storage")
            .Require(Access.Viewer)
            .WithSummary("The files in the data folder with their spans, series, samples and bytes");
        api.MapGet("/export", ExportAsync)
            .WithName("exportSamples")
            .WithTags("Storage")
            .Require(Access.Viewer)
            .WithSummary("Stored samples as OpenMetrics or CSV, streamed")
            .Produces<string>(StatusCodes.Status200OK, "application/openmetrics-text", "text/csv");
        var snapshots = api.MapGroup("/snapshots").WithTags("Storage").Require(Access.Administrator);
        snapshots
            .MapGet("", static (SnapshotDesk desk) => desk.All)
            .WithName("listSnapshots")
            .WithSummary("The snapshots on the server");
        snapshots
            .MapPost("", TakeAsync)
            .WithName("takeSnapshot")
            .WithSummary("Make a consistent copy of all data on the server's disk");
        snapshots.MapDelete("/{name}", DeleteSnapshot).WithName("deleteSnapshot").WithSummary("Delete a snapshot");
    }

    public static void MapPrometheus(IEndpointRouteBuilder root) =>
        root.MapPost("/api/v1/admin/tsdb/delete_series", DeleteAsPrometheusAsync)
            .WithTags("Prometheus")
            .WithName("deleteSeriesPrometheus")
            .Require(Access.Operator)
            .WithSummary("Delete series; parameters match[], start and end as in Prometheus")
            .Produces(StatusCodes.Status204NoContent);

    static async Task ExportAsync(
        SampleStore store, HttpContext context, string? match, long? fromMs, long? toMs, string? format)
    {
        if (format is not (null or "openmetrics" or "csv"))
        {
            throw ProblemException.BadField(
                "format", $"\"{AccountRules.Shown(format)}\" is no format.", "Give openmetrics or csv.");
        }

        IReadOnlyList<LabelMatcher> matchers = match is null ? [] : Selector(match);
        bool csv = format == "csv";
        context.Response.ContentType = SeriesExport.ContentType(csv);
        await using var text = new StreamWriter(context.Response.Body);
        await new SeriesExport(store, text, csv).WriteAsync(
            matchers, new TimeRange(fromMs ?? long.MinValue, toMs ?? long.MaxValue), context.RequestAborted);
    }

    static async Task<DeletionAnswer> DeleteAsync(DeletionRequest request, SampleStore store, HttpContext context)
    {
        if (request.Match is not { Count: > 0 and <= SelectorsMax })
        {
            throw ProblemException.BadField(
                "match",
                $"Give 1 to {SelectorsMax} series selectors.",
                "For example {instance=\"web-1:9100\"}."
            );
        }

        var range = new TimeRange(request.FromMs ?? long.MinValue, request.ToMs ?? long.MaxValue);
        if (range.FromMs > range.ToMs)
        {
            throw ProblemException.BadField("toMs", "The span ends before it begins.", "Swap fromMs and toMs.");
        }

        var selectors = request.Match.Select(Selector).ToArray();
        int series = await DeleteOrRefuseAsync(store, selectors, range, context);
        Audit.Describe(context, string.Join(", ", request.Match), $"{series} series, {Span(range)}");
        return new DeletionAnswer(series);
    }

    static async Task<int> DeleteOrRefuseAsync(
        SampleStore store, IReadOnlyList<LabelMatcher>[] selectors, TimeRange range, HttpContext context)
    {
        try
        {
            return (await store.DeleteAsync(selectors, range, context.RequestAborted)).Series;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(
                StatusCodes.Status507InsufficientStorage, $"Nothing was deleted: {e.Message}", null,
                "Free some room or mend the permissions of the data folder, then try again.");
        }
    }

    static async Task<IResult> DeleteAsPrometheusAsync(HttpContext context, SampleStore store)
    {
        try
        {
            var call = await PrometheusCall.ReadAsync(context);
            var range = new TimeRange(call.Time("start") ?? long.MinValue, call.Time("end") ?? long.MaxValue);
            if (call.Selectors.Count is 0 or > SelectorsMax)
            {
                throw PrometheusException.BadParameter("match[]", "no match[] parameter provided");
            }

            var selectors = call.Selectors.Select(ParsePrometheus).ToArray();
            int series = await DeleteOrRefuseAsync(store, selectors, range, context);
            Audit.Describe(context, string.Join(", ", call.Selectors), $"{series} series, {Span(range)}");
            return TypedResults.NoContent();
        }
        catch (PrometheusException e)
        {
            return TypedResults.Json(
                new NamesAnswer("error", null, e.ErrorType, e.Message),
                statusCode: StatusCodes.Status400BadRequest
            );
        }
    }

    static async Task<Snapshot> TakeAsync(SnapshotDesk desk, HttpContext context)
    {
        var snapshot = await desk.TakeAsync(context.RequestAborted);
        Audit.Describe(context, snapshot.Name, $"{snapshot.Files} files, {snapshot.Bytes} bytes");
        return snapshot;
    }

    static Microsoft.AspNetCore.Http.HttpResults.NoContent DeleteSnapshot(string name, SnapshotDesk desk) =>
        desk.Delete(name)
            ? TypedResults.NoContent()
            : throw ProblemException.NotFound($"There is no snapshot \"{AccountRules.Shown(name)}\".");

    static IReadOnlyList<LabelMatcher> Selector(string text)
    {
        try
        {
            return Engine.ParseSelector(text);
        }
        catch (PromQlException e)
        {
            throw ProblemException.BadField(
                "match",
                $"\"{AccountRules.Shown(text)}\": {e.Message}",
                "Mend the selector."
            );
        }
    }

    static IReadOnlyList<LabelMatcher> ParsePrometheus(string text)
    {
        try
        {
            return Engine.ParseSelector(text);
        }
        catch (PromQlException e)
        {
            throw PrometheusException.BadParameter("match[]", e.Message);
        }
    }

    static string Span(TimeRange range) =>
        $"{(range.FromMs == long.MinValue ? "from the beginning" : Text(range.FromMs))} to "
        + (range.ToMs == long.MaxValue ? "now" : Text(range.ToMs));

    static string Text(long ms) =>
        ms is >= -62135596800000 and <= 253402300799999
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'")
            : $"{ms} ms";
}
