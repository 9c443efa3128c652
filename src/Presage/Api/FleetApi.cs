namespace Presage.Api;

/// <summary>Hosts and how they are.</summary>
static class FleetApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var fleet = api.MapGroup("").WithTags("Fleet").Require(Access.Viewer);
        fleet.MapGet("/overview", static (FleetView view) => view.Overview())
            .WithName("getOverview").WithSummary("What is wrong now, and how is everything else");
        fleet.MapGet("/hosts", static (FleetView view) => view.Hosts())
            .WithName("listHosts").WithSummary("All hosts, worst first");
        fleet.MapGet("/hosts/{host}", static (string host, FleetView view) => view.Host(host))
            .WithName("getHost").WithSummary("One host with its vital signs, alerts and processes");
        fleet.MapGet(
            "/hosts/{host}/metrics", static (string host, string? search, FleetView view) => view.Metrics(host, search))
            .WithName("listHostMetrics").WithSummary("The metric names stored for a host");
        fleet.MapDelete("/hosts/{host}", static (string host, FleetView view) =>
            {
                view.Forget(host);
                return TypedResults.NoContent();
            })
            .Require(Access.Operator).WithName("forgetHost")
            .WithSummary("Forget a silent host; its stored samples expire with retention");
    }
}
