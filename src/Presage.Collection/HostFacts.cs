namespace Presage.Collection;

/// <summary>What a machine is. Null where it does not tell.</summary>
public sealed record HostFacts
{
    /// <summary>The host's name, as in label <c>instance</c>.</summary>
    public required string Host { get; init; }

    /// <summary>For example "Debian GNU/Linux 12 (bookworm)".</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>The kernel's release, for example "6.1.0-18-amd64".</summary>
    public string? Kernel { get; init; }

    /// <summary>For example "AMD EPYC 7R13".</summary>
    public string? CpuModel { get; init; }

    /// <summary>Logical CPUs online.</summary>
    public int Cores { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>When the machine started, ms since 1970 UTC.</summary>
    public long? BootTimeMs { get; init; }

    /// <summary>The machine's instruction set in the kernel's words, for example "x86_64".</summary>
    public string? Architecture { get; init; }

    /// <summary>Maker and model of the machine or its hypervisor.</summary>
    public string? Hardware { get; init; }

    public string? AgentVersion { get; init; }
}
