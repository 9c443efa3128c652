using Presage.Metrics;

namespace Presage.Bench;

/// <summary>
/// Label sets as a node exporter makes them, without instance and job: one list for a small machine (200 series), a
/// longer one for a large one (1,000 series), cut to the number wanted.
/// </summary>
static class NodeFamilies
{
    static readonly string[] Modes = ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"];

    static readonly string[] Memory =
    [
        "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached", "Active", "Inactive", "Dirty",
        "Writeback", "AnonPages", "Mapped", "Shmem", "Slab", "SReclaimable", "SUnreclaim", "PageTables", "SwapTotal",
        "SwapFree", "Committed_AS", "CommitLimit", "VmallocUsed", "HugePages_Total", "KernelStack",
    ];

    static readonly string[] Single =
    [
        "node_load1", "node_load5", "node_load15", "node_boot_time_seconds", "node_time_seconds",
        "node_context_switches_total", "node_forks_total", "node_intr_total", "node_procs_running",
        "node_procs_blocked", "node_vmstat_pgfault", "node_vmstat_pgmajfault", "node_vmstat_pgpgin",
        "node_vmstat_pgpgout", "node_vmstat_pswpin", "node_vmstat_pswpout", "node_vmstat_oom_kill",
        "node_filefd_allocated", "node_filefd_maximum", "node_netstat_Tcp_CurrEstab", "node_netstat_Tcp_InSegs",
        "node_netstat_Tcp_OutSegs", "node_netstat_Tcp_RetransSegs", "node_netstat_Tcp_ActiveOpens",
        "node_netstat_Udp_InDatagrams", "node_netstat_Udp_OutDatagrams", "node_sockstat_TCP_alloc",
        "node_sockstat_TCP_inuse", "node_sockstat_TCP_tw", "node_sockstat_UDP_inuse", "node_entropy_available_bits",
        "node_pressure_cpu_waiting_seconds_total", "node_pressure_io_waiting_seconds_total",
        "node_pressure_memory_waiting_seconds_total",
    ];

    static readonly string[] Disk =
    [
        "reads_completed_total", "reads_merged_total", "read_bytes_total", "read_time_seconds_total",
        "writes_completed_total", "writes_merged_total", "written_bytes_total", "write_time_seconds_total", "io_now",
        "io_time_seconds_total", "io_time_weighted_seconds_total",
    ];

    static readonly string[] FileSystem =
        ["size_bytes", "free_bytes", "avail_bytes", "files", "files_free", "readonly", "device_error"];

    static readonly string[] Network =
    [
        "receive_bytes_total", "receive_packets_total", "receive_errs_total", "receive_drop_total",
        "transmit_bytes_total", "transmit_packets_total", "transmit_errs_total", "transmit_drop_total",
    ];

    public static List<Label[]> Of(int count)
    {
        bool isLarge = count > 200;
        var all = new List<Label[]>();
        all.AddRange(Single.Select(static n => Of(n)));
        all.AddRange(Memory.Select(static n => Of($"node_memory_{n}_bytes")));
        Each(isLarge ? 32 : 4, cpu => all.AddRange(Modes.Select(
            mode => Of("node_cpu_seconds_total", ("cpu", $"{cpu}"), ("mode", mode)))));
        Each(isLarge ? 12 : 2, disk => all.AddRange(Disk.Select(
            name => Of($"node_disk_{name}", ("device", $"nvme{disk}n1")))));
        Each(isLarge ? 10 : 3, nic => all.AddRange(Network.Select(
            name => Of($"node_network_{name}", ("device", $"eth{nic}")))));
        Each(isLarge ? 10 : 3, mount => all.AddRange(FileSystem.Select(
            name => Of($"node_filesystem_{name}", ("device", $"/dev/nvme{mount}n1p1"), ("fstype", "ext4"),
                ("mountpoint", $"/srv/data{mount}")))));
        for (int i = 0; all.Count < count; i++)
        {
            all.Add(Of("node_systemd_unit_state", ("name", $"unit-{i / 5}.service"),
                ("state", ((string[])["active", "activating", "deactivating", "failed", "inactive"])[i % 5]),
                ("type", "simple")));
        }

        return all[..count];
    }

    static void Each(int count, Action<int> add)
    {
        for (int i = 0; i < count; i++)
        {
            add(i);
        }
    }

    static Label[] Of(string name, params (string Name, string Value)[] labels) =>
        [new("__name__", name), .. labels.Select(static l => new Label(l.Name, l.Value))];
}
