namespace Presage.Api;

/// <summary>The live connection of a page.</summary>
static class LiveApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/live", static (string[]? host, HttpContext context, LiveFeed feed) => feed.ServeAsync(context, host ?? []))
            .Require(Access.Viewer).WithName("live").WithTags("Fleet")
            .WithSummary("Server-sent events: hello, tick every second, vitals of the hosts asked for")
            .Produces<LiveEvents>(StatusCodes.Status200OK, "text/event-stream");
}
