using Presage.Metrics;

namespace Presage.Agent;

/// <summary>What the command line asked for.</summary>
sealed record AgentOptions
{
    public AgentAction Action { get; init; } = AgentAction.Run;

    /// <summary>The server's address; samples go to api/v1/write below it.</summary>
    public Uri? Server { get; init; }

    public string Token { get; init; } = "";

    /// <summary>Time between collections; 1 s to 5 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Labels every series carries.</summary>
    public IReadOnlyList<Label> Labels { get; init; } = [];

    /// <summary>Label instance; default the kernel's host name.</summary>
    public string? HostName { get; init; }

    /// <summary>Where unsent samples wait while the server does not answer; null keeps them in memory.</summary>
    public string? SpoolFolder { get; init; }

    public long SpoolBytesMax { get; init; } = 256L << 20;

    /// <summary>A PEM file of the authority that signed the server's certificate.</summary>
    public string? CertificateAuthorityFile { get; init; }

    public string ProcPath { get; init; } = "/proc";

    public string SysPath { get; init; } = "/sys";

    public string RootPath { get; init; } = "/";
}
