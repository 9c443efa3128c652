namespace Presage.Api;

/// <summary>A host as the Servers page lists it.</summary>
/// <param name="Token">The name of the token it sends with; null for the local machine.</param>
sealed record ServerItem : HostSummary
{
    public ServerItem(HostSummary summary, long firstSeenMs, string? token, double samplesPerSecond)
        : base(summary)
    {
        FirstSeenMs = firstSeenMs;
        Token = token;
        SamplesPerSecond = samplesPerSecond;
    }

    public long FirstSeenMs { get; }

    public string? Token { get; }

    public double SamplesPerSecond { get; }
}

/// <param name="Id">The platform's runtime identifier, for example linux-x64.</param>
/// <param name="Available">Whether this server can hand out the agent for it.</param>
/// <param name="Bytes">Size of the download; null when not available.</param>
/// <param name="Building">Whether the agent is being built now.</param>
sealed record AgentPlatform(string Id, bool Available, long? Bytes, bool Building);

sealed record AgentDownloads(IReadOnlyList<AgentPlatform> Platforms);

sealed record ServerList(IReadOnlyList<ServerItem> Servers, AgentDownloads Agent);

/// <param name="Label">What the token is for; the servers list shows it. 1 to 100 characters.</param>
/// <param name="Hours">How long the first sample may take; 24 when left out. Servers that joined keep sending after
/// that.</param>
/// <param name="Uses">How many servers may join with it; any number when left out.</param>
sealed record EnrolmentRequest(string? Label = null, double? Hours = null, int? Uses = null);

/// <summary>How to let servers join.</summary>
/// <param name="Token">Shown once.</param>
/// <param name="InstallCommand">Installs the agent as a system service; run as root.</param>
/// <param name="AgentCommand">Runs an agent binary that is there already.</param>
/// <param name="RemoteWriteYaml">For the configuration of a Prometheus that sends to this server.</param>
sealed record Enrolment(
    long Id,
    string Token,
    string InstallCommand,
    string AgentCommand,
    string RemoteWriteYaml,
    long ExpiresMs);

/// <summary>Who has joined with an enrolment.</summary>
sealed record EnrolmentProgress(IReadOnlyList<EnrolledHost> Hosts, string? LastUsedFrom, long? LastUsedMs);

sealed record EnrolledHost(string Host, long FirstSeenMs);

/// <summary>What is monitored, and how to add a server.</summary>
static class ServersApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var servers = api.MapGroup("").WithTags("Servers");
        servers.MapGet("/servers", static (EnrolmentDesk desk) => desk.List())
            .Require(Access.Viewer).WithName("listServers").WithSummary(
                "Hosts with how they send, and agents on offer");
        servers.MapPost("/enrolments", static (EnrolmentRequest request, EnrolmentDesk desk, HttpContext context) =>
                desk.Enrol(request, context))
            .Require(Access.Operator).WithName("createEnrolment").WithSummary(
                "Make a token and the commands to add a server");
        servers.MapGet("/enrolments/{id:long}/progress", static (long id, EnrolmentDesk desk) => desk.Progress(id))
            .Require(Access.Operator).WithName("getEnrolmentProgress").WithSummary("Who has joined with an enrolment");
    }

    public static void MapDownloads(IEndpointRouteBuilder root)
    {
        root.MapGet("/install.sh", static (EnrolmentDesk desk, HttpContext context) =>
                TypedResults.Text(desk.InstallScript(context), "text/x-shellscript; charset=utf-8"))
            .Require(Access.Public).WithName("getInstallScript").WithTags("Servers")
            .WithSummary("Shell script that installs the agent from this server")
            .Produces<string>(StatusCodes.Status200OK, "text/x-shellscript");
        root.MapGet("/download/{file}", static (string file, EnrolmentDesk desk) =>
                TypedResults.PhysicalFile(
                    desk.AgentFile(file), "application/octet-stream", file, enableRangeProcessing: true))
            .Require(Access.Public).WithName("downloadAgent").WithTags("Servers")
            .WithSummary("The agent of a platform, for example presage-agent-linux-x64")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream");
    }
}
