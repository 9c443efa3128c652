using Presage.Explaining;

namespace Presage.Api;

/// <summary>A host whose vital sign is unlike that of its twins.</summary>
/// <param name="Key">The vital sign.</param>
/// <param name="Group">What makes them twins, for example "role web".</param>
/// <param name="Hosts">How many of them report it, this one included.</param>
/// <param name="Value">The median of its last quarter of an hour.</param>
/// <param name="Lower">Lower end of where nine in ten of the others lie.</param>
/// <param name="Upper">Upper end of it.</param>
/// <param name="Probability">Of chance to lie at least this far out.</param>
sealed record UnlikeTwins(
    string Host,
    string Key,
    string Name,
    string Group,
    int Hosts,
    double Value,
    double Lower,
    double Upper,
    string Unit,
    string Family,
    double Probability,
    string Sentence);

/// <summary>Hosts compared with their twins.</summary>
static class PeersApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/peers", static (PeerDesk desk) => desk.Unlike()).WithTags("Anomalies").Require(Access.Viewer)
            .WithName("listUnlikeTwins")
            .WithSummary("Hosts whose vital signs are unlike those of hosts with the same role or job, oddest first");
}
