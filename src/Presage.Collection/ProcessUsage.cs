namespace Presage.Collection;

/// <summary>
/// What the processes of one name use together. <paramref name="Pid"/> is the only process' number, or null for
/// several.
/// <paramref name="CpuRatio"/> is the share of all CPUs of the machine (0 to 1) over the last scan.
/// <paramref name="MemoryBytes"/> is the resident memory; what the processes share counts once for each.
/// </summary>
public sealed record ProcessUsage(string Name, int? Pid, int Count, double CpuRatio, long MemoryBytes, string? User);
