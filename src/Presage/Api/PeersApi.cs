using Presage.Explaining;

namespace Presage.Api;

/// <summary>A host whose vital sign is unlike that of its twins.</summary>
/// <param name="Key">The vital sign.</param>
/// <param name="Group">What makes them twins: "role web", or "hosts web*" that were found to be alike.</param>
/// <param name="Hosts">How many twins there are, this one included.</param>
/// <param name="Value">The median of its last quarter of an hour.</param>
/// <param name="Lower">Lower end of where nine in ten of the others lie.</param>
/// <param name="Upper">Upper end of it.</param>
/// <param name="Probability">The share of normal quarter hours of like hosts at least this far out.</param>
/// <param name="Known">Whether it has been so for a day and more, and is no news.</param>
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
    bool Known,
    string Sentence);

/// <summary>Hosts that are compared with each other.</summary>
/// <param name="Name">What makes them twins.</param>
/// <param name="ByLabel">Whether the label <c>role</c> does; else their usual ranges are alike.</param>
sealed record TwinGroup(string Name, bool ByLabel, IReadOnlyList<string> Hosts);

/// <summary>A host among its twins.</summary>
/// <param name="Group">What makes them twins.</param>
/// <param name="ByLabel">Whether the label <c>role</c> does; else their usual ranges are alike.</param>
/// <param name="Hosts">All of them, this one included.</param>
/// <param name="Score">
/// One minus the share of normal quarter hours in which a like host is at least this far from its twins; null while too
/// little is known.
/// </param>
/// <param name="Anomaly">That it is unlike them now, as an anomaly; null when it is not.</param>
/// <param name="Differences">In what it is unlike them, oddest first.</param>
sealed record TwinsView(
    string Group,
    bool ByLabel,
    IReadOnlyList<string> Hosts,
    double? Score,
    AnomalyItem? Anomaly,
    IReadOnlyList<UnlikeTwins> Differences);

/// <summary>Hosts compared with their twins.</summary>
static class PeersApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var peers = api.MapGroup("/peers").WithTags("Anomalies").Require(Access.Viewer);
        peers.MapGet("", static (PeerDesk desk) => desk.Unlike()).WithName("listUnlikeTwins")
            .WithSummary("Vital signs in which hosts are unlike their twins, oddest first");
        peers.MapGet("/groups", static (PeerDesk desk) => desk.Groups()).WithName("listTwins")
            .WithSummary("Which hosts are twins, by label or because they are alike");
    }
}
