namespace Presage.Api;

/// <summary>How the server itself is.</summary>
/// <param name="Rejected">Samples refused since the start, by reason.</param>
/// <param name="RefusedRequests">Write requests refused as a whole since the start, by reason.</param>
/// <param name="Writable">False while samples cannot be stored, for example on a full disk.</param>
sealed record ServerStatus(
    string Version,
    long StartedMs,
    double UptimeSeconds,
    string DataFolder,
    StorageStatus Storage,
    IReadOnlyDictionary<string, long> Rejected,
    IReadOnlyDictionary<string, long> RefusedRequests,
    ProcessStatus Process,
    bool Writable,
    string? NotWritableReason);

/// <param name="LastFlushMs">When a closed hour was last written to blocks; null when not since the start.</param>
/// <param name="HeadBytes">Memory of the series and samples not in blocks yet.</param>
/// <param name="RecoverySeconds">How long reading the journal took at the start.</param>
/// <param name="Damage">What was found damaged, a sentence each.</param>
/// <param name="OldestRawMs">The oldest raw sample; before it roll-ups answer.</param>
/// <param name="LastMergeMs">When blocks were last merged; null when not since the start.</param>
/// <param name="LastMergeError">Why merging, retention or a deletion failed the last time.</param>
/// <param name="DeletionsPending">Deletions that queries obey and files do not yet.</param>
/// <param name="BytesMax">The size limit; 0: none.</param>
/// <param name="Events">What the store did by itself, such as deleting for want of room, a sentence each.</param>
sealed record StorageStatus(
    long SeriesActive,
    long SamplesAppended,
    double SamplesPerSecond,
    long BytesOnDisk,
    long JournalBytes,
    int Blocks,
    long? LastFlushMs,
    string? LastFlushError,
    long HeadBytes,
    double RecoverySeconds,
    long SamplesReplayed,
    IReadOnlyList<string> Damage,
    IReadOnlyList<LimitedHost> HostsLimited,
    int RollupBlocks,
    long RollupBytes,
    long? OldestRawMs,
    long? LastMergeMs,
    string? LastMergeError,
    int DeletionsPending,
    long BytesMax,
    IReadOnlyList<string> Events);

/// <summary>A host that met its limit of series: new ones of it are refused, all others go on.</summary>
/// <param name="Label">The label with the most values: the one that grew, as a rule.</param>
/// <param name="SamplesRefused">Samples of new series refused since <paramref name="SinceMs"/>.</param>
sealed record LimitedHost(string Host, int SeriesMax, string Label, long SamplesRefused, long SinceMs, long LastMs);

/// <param name="CpuRatio">Cores in use by this process, over the last seconds: 1 is one core busy.</param>
/// <param name="MemoryBytes">Resident memory.</param>
sealed record ProcessStatus(double CpuRatio, long MemoryBytes);

/// <summary>The server about itself.</summary>
static class StatusApi
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/status", static (SelfStatus status) => status.Describe())
            .Require(Access.Viewer).WithName("getStatus").WithTags("Server").WithSummary(
                "Storage, refusals, memory and CPU");

    public static void MapHealth(IEndpointRouteBuilder root)
    {
        root.MapGet("/-/healthy", static () => TypedResults.Text("Presage is healthy.\n"))
            .Require(Access.Public).WithName("healthy").WithTags("Server").WithSummary("200 while the process answers")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
        root.MapGet("/-/ready", static (SelfStatus status) => status.NotReadyReason() is { } reason
                ? TypedResults.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
                : TypedResults.Text("Presage is ready.\n"))
            .Require(Access.Public).WithName("ready").WithTags("Server")
            .WithSummary("200 while samples can be stored, else 503 with the reason")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Produces<string>(StatusCodes.Status503ServiceUnavailable, "text/plain");
        root.MapGet("/metrics", static (SelfStatus status) =>
                TypedResults.Text(status.Exposition(), "text/plain; version=0.0.4; charset=utf-8"))
            .Require(Access.Viewer).WithName("metrics").WithTags("Server")
            .WithSummary("Presage's own metrics in the Prometheus text format")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
    }
}
