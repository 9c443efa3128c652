using System.Text;
using CsCheck;
using Presage.Collection;
using Presage.Collection.Reading;
using Xunit;

namespace Presage.Tests.Collection;

/// <summary>Each parser on a fixture taken from a real machine (shortened), and on garbled content.</summary>
public sealed class LinuxParserTests : IDisposable
{
    readonly Sources _sources = new("/nowhere/proc", "/nowhere/sys");
    readonly Collected _collected = new();

    public void Dispose() => _sources.Dispose();

    [Fact]
    public void Cpu_times_are_seconds_per_core_and_mode()
    {
        var cpu = new LinuxCpu(_sources, Collected.Keys);

        var samples = Run("stat", cpu.Parse);

        Assert.Equal(1008.51, samples["node_cpu_seconds_total{cpu=\"0\", mode=\"user\"}"]);
        Assert.Equal(2060.61, samples["node_cpu_seconds_total{cpu=\"0\", mode=\"idle\"}"]);
        Assert.Equal(0.07, samples["node_cpu_seconds_total{cpu=\"1\", mode=\"steal\"}"]);
        Assert.Equal(1.5, samples["node_cpu_guest_seconds_total{cpu=\"1\", mode=\"user\"}"]);
        Assert.Equal(4_300_552, samples["node_context_switches_total"]);
        Assert.Equal(2_158_817, samples["node_intr_total"]);
        Assert.Equal(1_795_372_745, samples["node_boot_time_seconds"]);
        Assert.Equal((9_823, 3, 1),
            (samples["node_forks_total"], samples["node_procs_running"], samples["node_procs_blocked"]));
        Assert.Equal(26, samples.Count);
    }

    [Fact]
    public void Cpu_counters_never_fall_except_when_a_cpu_was_replugged()
    {
        var cpu = new LinuxCpu(_sources, Collected.Keys);
        const string Iowait = "node_cpu_seconds_total{cpu=\"0\", mode=\"iowait\"}", User =
            "node_cpu_seconds_total{cpu=\"0\", mode=\"user\"}";
        _collected.Run(writer => cpu.Parse("cpu0 100 0 0 5000 50 0 0 0 0 0\n"u8, writer));

        var fell = _collected.Run(writer => cpu.Parse("cpu0 110 0 0 5010 40 0 0 0 0 0\n"u8, writer));
        var replugged = _collected.Run(writer => cpu.Parse("cpu0 7 0 0 10 2 0 0 0 0 0\n"u8, writer));

        Assert.Equal((0.5, 1.1), (fell[Iowait], fell[User]));
        Assert.Equal((0.02, 0.07), (replugged[Iowait], replugged[User]));
    }

    [Fact]
    public void Load_comes_with_the_number_of_threads()
    {
        var load = new LinuxLoad(_sources, Collected.Keys);

        var samples = _collected.Run(writer => load.Parse("11.66 7.95 5.41 3/412 12345\n"u8, writer));

        Assert.Equal((11.66, 7.95, 5.41, 412), (samples["node_load1"], samples["node_load5"], samples["node_load15"],
            samples["node_processes_threads"]));
    }

    [Fact]
    public void Pressure_is_in_seconds()
    {
        byte[] some = Collected.Keys.Key("some"), full = Collected.Keys.Key("full");

        var samples = _collected.Run(writer => LinuxPressure.Parse(
            "some avg10=1.53 avg60=1.87 total=1088168194\nfull avg10=0.00 avg60=0.13 total=153168194\n"u8,
            some, full, writer));

        Assert.Equal((1088.168194, 153.168194), (samples["some"], samples["full"]));
    }

    [Fact]
    public void Memory_fields_are_bytes_where_they_say_kB()
    {
        var memory = new LinuxMemory(_sources, Collected.Keys);

        var samples = Run("meminfo", memory.Parse);

        Assert.Equal(24_684_096L * 1024, samples["node_memory_MemTotal_bytes"]);
        Assert.Equal(1_234L * 1024, samples["node_memory_Active_anon_bytes"]);
        Assert.Equal(3, samples["node_memory_HugePages_Total"]);
        Assert.Equal(8, samples.Count);
    }

    [Fact]
    public void Paging_takes_the_fields_node_exporter_takes()
    {
        var paging = new LinuxPaging(_sources, Collected.Keys);

        var samples = Run("vmstat", paging.Parse);

        Assert.Equal(
            ["node_vmstat_oom_kill", "node_vmstat_pgfault", "node_vmstat_pgmajfault", "node_vmstat_pgpgin",
                "node_vmstat_pgpgout",
             "node_vmstat_pswpin", "node_vmstat_pswpout"],
            samples.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2_392_573, samples["node_vmstat_pgpgin"]);
    }

    [Fact]
    public void Disks_are_whole_disks_in_base_units()
    {
        var disks = new LinuxDisks(_sources, Collected.Keys);

        var samples = Run("diskstats", disks.Parse);

        Assert.Equal(4_785_146 * 512d, samples["node_disk_read_bytes_total{device=\"vda\"}"]);
        Assert.Equal(56.452, samples["node_disk_io_time_seconds_total{device=\"vda\"}"], 6);
        Assert.Equal(0.088, samples["node_disk_flush_requests_time_seconds_total{device=\"vda\"}"], 6);
        Assert.Equal(11, samples.Keys.Count(key => key.Contains("\"sda\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(samples.Keys, key => key.Contains("loop", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sda", false)]
    [InlineData("sda1", true)]
    [InlineData("xvdb12", true)]
    [InlineData("vdaa1", false)]
    [InlineData("nvme0n1", false)]
    [InlineData("nvme0n1p2", true)]
    [InlineData("nvme0c1n1", false)]
    [InlineData("md0", false)]
    [InlineData("dm-0", false)]
    [InlineData("loop7", true)]
    [InlineData("ram0", true)]
    [InlineData("zram0", false)]
    [InlineData("mmcblk0", false)]
    public void Partitions_loops_and_ram_disks_are_left_out(string device, bool isExcluded) =>
        Assert.Equal(isExcluded, LinuxDisks.IsExcluded(device));

    [Fact]
    public void Network_counters_are_per_interface()
    {
        var network = new LinuxNetwork(_sources, Collected.Keys);

        var samples = Run("net_dev", network.Parse);

        Assert.Equal(1_222_418_440, samples["node_network_receive_bytes_total{device=\"eth0\"}"]);
        Assert.Equal(17_786, samples["node_network_transmit_packets_total{device=\"eth0\"}"]);
        Assert.Equal(3, samples["node_network_receive_drop_total{device=\"eth0:1\"}"]);
        Assert.Equal(48, samples.Count);
    }

    [Fact]
    public void Network_stack_fields_are_found_by_their_names()
    {
        var stack = new LinuxNetworkStack(_sources, Collected.Keys);

        var samples = Run("net_snmp", stack.ParsePairs);

        Assert.Equal(12, samples["node_netstat_Tcp_RetransSegs"]);
        Assert.Equal(-1, samples["node_netstat_Tcp_CurrEstab"]);
        Assert.Equal(2, samples["node_netstat_Ip_Forwarding"]);
        Assert.DoesNotContain(samples.Keys, key => key.Contains("RtoMin", StringComparison.Ordinal));
        var six = _collected.Run(writer =>
            stack.Parse6("Ip6InOctets   \t128\nUdp6NoPorts 4\nIp6InReceives 9\n"u8, writer));
        Assert.Equal((128, 4, 2), (six["node_netstat_Ip6_InOctets"], six["node_netstat_Udp6_NoPorts"], six.Count));
    }

    [Fact]
    public void Socket_memory_is_in_pages_and_bytes()
    {
        var sockets = new LinuxSockets(_sources, Collected.Keys);

        var samples = _collected.Run(writer => sockets.Parse(
            "sockets: used 20\nTCP: inuse 3 orphan 0 tw 75 alloc 3 mem 2\nFRAG: inuse 0 memory 64\n"u8, writer));

        Assert.Equal(20, samples["node_sockstat_sockets_used"]);
        Assert.Equal(2d * Environment.SystemPageSize, samples["node_sockstat_TCP_mem_bytes"]);
        Assert.Equal(64, samples["node_sockstat_FRAG_memory"]);
    }

    [Fact]
    public void Connections_are_counted_by_state_and_queues_summed()
    {
        long[] states = new long[11];

        var (transmit, receive) = LinuxConnections.SumSockets(Collected.Fixture("net_tcp"), states);

        Assert.Equal((2, 1, 1), (states[0], states[5], states[9]));
        Assert.Equal((0x10UL, 0x7FUL), (transmit, receive));
    }

    [Fact]
    public void Arp_entries_fall_to_zero_and_softnet_counts_per_cpu()
    {
        var connections = new LinuxConnections(_sources, Collected.Keys);
        const string Head = "IP address       HW type     Flags       HW address            Mask     Device\n";
        const string Entry = "10.0.0.1         0x1         0x2         02:fc:00:00:00:02     *        eth0\n";

        var two = _collected.Run(writer => connections.ParseArp(Encoding.UTF8.GetBytes(Head + Entry + Entry), writer));
        var none = _collected.Run(writer => connections.ParseArp(Encoding.UTF8.GetBytes(Head), writer));
        var softnet = _collected.Run(writer =>
            connections.ParseSoftnet("0000a91e 00000001 00000002 0\n000042e5 00000000 00000000 0\n"u8, writer));

        Assert.Equal((2, 0), (two["node_arp_entries{device=\"eth0\"}"], none["node_arp_entries{device=\"eth0\"}"]));
        Assert.Equal((0xA91E, 1, 0x42E5), (softnet["node_softnet_processed_total{cpu=\"0\"}"],
            softnet["node_softnet_dropped_total{cpu=\"0\"}"], softnet["node_softnet_processed_total{cpu=\"1\"}"]));
    }

    [Fact]
    public void Connection_tracking_sums_its_cpus()
    {
        var tracking = new LinuxConnectionTracking(_sources, Collected.Keys);

        var samples = _collected.Run(writer => tracking.Parse(
            "entries  clashres found new invalid\n000a 00 00000001 00 00000002\n000a 00 00000010 00 00000002\n"u8,
            writer));

        Assert.Equal((0x11, 4), (samples["node_nf_conntrack_stat_found"], samples["node_nf_conntrack_stat_invalid"]));
    }

    [Fact]
    public void Software_raid_tells_failed_disks_and_progress()
    {
        var raid = new LinuxSoftwareRaid(_sources, Collected.Keys);

        var samples = Run("mdstat", raid.Parse);

        Assert.Equal(1, samples["node_md_state{device=\"md0\", state=\"recovering\"}"]);
        Assert.Equal((1, 1, 2), (samples["node_md_disks{device=\"md0\", state=\"active\"}"],
            samples["node_md_disks{device=\"md0\", state=\"failed\"}"],
                samples["node_md_disks_required{device=\"md0\"}"]));
        Assert.Equal((248_896, 39_936),
            (samples["node_md_blocks{device=\"md0\"}"], samples["node_md_blocks_synced{device=\"md0\"}"]));
        Assert.Equal(1, samples["node_md_state{device=\"md1\", state=\"active\"}"]);
        Assert.Equal(2, samples["node_md_disks{device=\"md1\", state=\"active\"}"]);
        Assert.Equal(1, samples["node_md_state{device=\"md2\", state=\"inactive\"}"]);
        Assert.Equal(1, samples["node_md_disks{device=\"md2\", state=\"spare\"}"]);
    }

    [Fact]
    public void Mounts_are_local_file_systems_once_each()
    {
        var fileSystems = new LinuxFileSystems(_sources, Collected.Keys, "/");

        var samples = _collected.Run(writer => fileSystems.Parse(
            "proc /proc proc rw 0 0\n/dev/vda / ext4 rw 0 0\n/dev/vda / ext4 rw 0 0\nnas:/x /mnt/nas nfs4 rw 0 0\n"u8,
            writer));
        var gone = _collected.Run(writer => fileSystems.Parse("/dev/sdz1 /no\\040where ext4 ro 0 0\n"u8, writer));

        Assert.Equal(7, samples.Count);
        Assert.Equal(0, samples["node_filesystem_readonly{device=\"/dev/vda\", fstype=\"ext4\", mountpoint=\"/\"}"]);
        const string Labels = "{device=\"/dev/sdz1\", fstype=\"ext4\", mountpoint=\"/no where\"}";
        Assert.Equal((1, 1), (gone["node_filesystem_readonly" + Labels],
            gone["node_filesystem_device_error" + Labels]));
        Assert.Equal("a\\b c\\09", LinuxFileSystems.Unescape("a\\134b\\040c\\09"));
    }

    [Theory]
    [InlineData("22.04", 22.04)]
    [InlineData("12", 12d)]
    [InlineData("15.4.1", 15.4)]
    [InlineData("rolling", null)]
    [InlineData("", null)]
    public void An_os_version_is_its_leading_number(string text, double? expected) =>
        Assert.Equal(expected, LinuxSystem.LeadingNumber(text));

    [Theory]
    [InlineData("temp1_input", "temp1", "temp", "input")]
    [InlineData("temp10_crit_alarm", "temp10", "temp", "crit_alarm")]
    [InlineData("name", "", "", "")]
    [InlineData("fan_", "", "", "")]
    [InlineData("in0_", "", "", "")]
    public void Sensor_files_split_into_sensor_and_attribute(string name, string sensor, string kind, string file)
    {
        bool isSensor = LinuxSensors.TrySplit(name, out string foundSensor, out string foundKind, out string foundFile);

        Assert.Equal((sensor.Length > 0, sensor, kind, file), (isSensor, foundSensor, foundKind, foundFile));
    }

    [Fact]
    public void Garbled_content_never_crashes_a_parser()
    {
        string[] names = ["stat", "meminfo", "vmstat", "diskstats", "net_dev", "net_snmp", "net_tcp", "mdstat"];
        Gen.Select(Gen.Int[0, names.Length - 1], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[0, 30],
            Gen.Int[0, 1 << 20])
            .Sample((file, mutations, cut) =>
            {
                byte[] content = Collected.Fixture(names[file]);
                foreach (var (at, value) in mutations)
                {
                    content[at % content.Length] = value;
                }

                RunAll(content.AsMemory(0, cut % (content.Length + 1)));
            }, iter: 400);
    }

    void RunAll(ReadOnlyMemory<byte> content)
    {
        var batch = new Presage.Metrics.SampleBatch();
        var writer = new CollectionWriter();
        writer.Begin(batch, 1);
        new LinuxCpu(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxLoad(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxMemory(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxPaging(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxDisks(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxNetwork(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxNetworkStack(_sources, Collected.Keys).ParsePairs(content.Span, writer);
        new LinuxNetworkStack(_sources, Collected.Keys).Parse6(content.Span, writer);
        new LinuxSockets(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxConnections(_sources, Collected.Keys).ParseArp(content.Span, writer);
        new LinuxConnections(_sources, Collected.Keys).ParseSoftnet(content.Span, writer);
        new LinuxConnectionTracking(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxSoftwareRaid(_sources, Collected.Keys).Parse(content.Span, writer);
        new LinuxFileHandles(_sources, Collected.Keys).Parse(content.Span, writer);
        LinuxPressure.Parse(content.Span, [1], [2], writer);
        _ = LinuxConnections.SumSockets(content.Span, new long[11]);
        _ = ProcessStatLine.TryParse(content.Span, out _);
        _ = OsRelease.Parse(Encoding.UTF8.GetString(content.Span));
    }

    Dictionary<string, double> Run(string fixture, Parser parse)
    {
        byte[] content = Collected.Fixture(fixture);
        return _collected.Run(writer => parse(content, writer));
    }

    delegate void Parser(ReadOnlySpan<byte> content, CollectionWriter writer);
}
