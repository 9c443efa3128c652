using Presage.Metrics;

namespace Presage.Collection;

/// <summary>What the collectors read and how their series are labelled.</summary>
public sealed class CollectionOptions
{
    /// <summary>The value of label <c>instance</c>; default: the kernel's host name.</summary>
    public string? HostName { get; init; }

    /// <summary>Labels that every series carries besides <c>instance</c> and <c>job</c>; default none.</summary>
    public IReadOnlyList<Label> Labels { get; init; } = [];

    /// <summary>Where the machine's /proc is mounted (a container mounts it elsewhere).</summary>
    public string ProcPath { get; init; } = "/proc";

    /// <summary>Where the machine's /sys is mounted.</summary>
    public string SysPath { get; init; } = "/sys";

    /// <summary>Where the machine's root is mounted; mount points are shown without this prefix.</summary>
    public string RootPath { get; init; } = "/";

    /// <summary>The version of the program that collects, shown in presage_host_info.</summary>
    public string AgentVersion { get; init; } = "";

    /// <summary>
    /// Processes shown per dimension (CPU, memory); default 15. A name stays until it left twice as many places for ten
    /// minutes.
    /// </summary>
    public int TopProcessesMax { get; init; } = 15;
}
