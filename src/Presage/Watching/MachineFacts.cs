namespace Presage.Watching;

/// <summary>
/// What is known about a machine, from node_os_info, node_uname_info, presage_host_info, node_cpu_info,
/// node_memory_MemTotal_bytes and node_boot_time_seconds; null where the sender does not tell.
/// </summary>
public sealed record MachineFacts
{
    /// <summary>For example "Debian GNU/Linux 12 (bookworm)".</summary>
    public string? Os { get; init; }

    public string? Kernel { get; init; }

    public string? Architecture { get; init; }

    public string? CpuModel { get; init; }

    public int? Cores { get; init; }

    public double? MemoryBytes { get; init; }

    public long? BootTimeMs { get; init; }

    public string? AgentVersion { get; init; }
}
