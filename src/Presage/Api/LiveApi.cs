namespace Presage.Api;

/// <summary>The live connection of a page.</summary>
static class LiveApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/live", static (HttpContext context, LiveFeed feed) => feed.ServeAsync(context))
            .Require(Access.Viewer).WithName("live").WithTags("Fleet")
            .WithSummary("Server-sent events: hello, tick every second, anomalies, vitals of the hosts asked for")
            .WithMetadata(
                new DocumentedParameter("host", false, "A host whose vital signs are wanted; may stand several times"),
                new DocumentedParameter(
                    ReaderClock.Parameter, false, "The zone of clock times in sentences, such as Europe/Berlin"))
            .Produces<LiveEvents>(StatusCodes.Status200OK, "text/event-stream");
}
