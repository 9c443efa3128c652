using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// TCP connections by state, bytes waiting in UDP queues, ARP entries and packets handled per CPU: tables of the
/// network stack whose cost grows with traffic, hence read seldom.
/// </summary>
sealed class LinuxConnections : ICollector
{
    /// <summary>Slot, local and remote address stand before the state.</summary>
    const int StateColumn = 3;

    /// <summary>States by the kernel's numbers (include/net/tcp_states.h), from 1; node_exporter's names.</summary>
    static readonly string[] States =
    [
        "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close", "close_wait", "last_ack",
            "listen",
        "closing",
    ];

    readonly SourceFile[] _tcp, _udp;
    readonly SourceFile _arp, _softnet;
    readonly byte[][] _stateKeys;
    readonly byte[] _tcpReceive, _tcpTransmit;
    readonly (byte[] Transmit, byte[] Receive)[] _udpKeys;
    readonly NameTable<ArpDevice> _arpDevices;
    readonly NameTable<byte[][]> _cpus;
    readonly long[] _counts = new long[States.Length];
    int _round;

    public LinuxConnections(Sources sources, SeriesKeys keys)
    {
        _tcp = [sources.Proc("net/tcp"), sources.Proc("net/tcp6")];
        _udp = [sources.Proc("net/udp"), sources.Proc("net/udp6")];
        _arp = sources.Proc("net/arp");
        _softnet = sources.Proc("net/softnet_stat");
        _stateKeys = [.. States.Select(State)];
        _tcpReceive = State("rx_queued_bytes");
        _tcpTransmit = State("tx_queued_bytes");
        _udpKeys = [UdpKeys("v4"), UdpKeys("v6")];
        _arpDevices = new NameTable<ArpDevice>(
            device => new ArpDevice { Key = keys.Key("node_arp_entries", new Label("device", device)) });
        string[] columns = ["processed", "dropped", "times_squeezed"];
        _cpus = new NameTable<byte[][]>(
            cpu => [.. columns.Select(column => keys.Key($"node_softnet_{column}_total", new Label("cpu", cpu)))]);

        byte[] State(string state) => keys.Key("node_tcp_connection_states", new Label("state", state));

        (byte[] Transmit, byte[] Receive) UdpKeys(string ip) => (
            keys.Key("node_udp_queues", new Label("queue", "tx"), new Label("ip", ip)),
            keys.Key("node_udp_queues", new Label("queue", "rx"), new Label("ip", ip)));
    }

    public string Name => "connections";

    public void Collect(CollectionWriter writer)
    {
        CollectTcp(writer);
        for (int i = 0; i < _udp.Length; i++)
        {
            if (_udp[i].TryRead(out var content))
            {
                var (transmit, receive) = SumSockets(content, null);
                writer.Write(_udpKeys[i].Transmit, transmit);
                writer.Write(_udpKeys[i].Receive, receive);
            }
        }

        if (_arp.TryRead(out var entries))
        {
            ParseArp(entries, writer);
        }

        if (_softnet.TryRead(out var softnet))
        {
            ParseSoftnet(softnet, writer);
        }
    }

    void CollectTcp(CollectionWriter writer)
    {
        Array.Clear(_counts);
        ulong transmitted = 0, received = 0;
        bool any = false;
        foreach (var file in _tcp)
        {
            if (file.TryRead(out var content))
            {
                any = true;
                var (transmit, receive) = SumSockets(content, _counts);
                transmitted += transmit;
                received += receive;
            }
        }

        if (!any)
        {
            writer.Missing(_tcp[0].Path);
            return;
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            writer.Write(_stateKeys[i], _counts[i]);
        }

        writer.Write(_tcpTransmit, transmitted);
        writer.Write(_tcpReceive, received);
    }

    /// <summary>
    /// Lines such as <c>0: 0100007F:1F90 00000000:0000 0A 00000000:00000005 …</c>: state and queues (tx:rx).
    /// </summary>
    internal static (ulong Transmit, ulong Receive) SumSockets(ReadOnlySpan<byte> content, long[]? states)
    {
        ulong transmit = 0, receive = 0;
        var scanner = new ByteScanner(content);
        scanner.TryReadLine(out _);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            bool read = true;
            for (int i = 0; i < StateColumn && read; i++)
            {
                read = words.TryReadWord(out _);
            }

            if (!read || !words.TryReadHex(out ulong state))
            {
                continue;
            }

            if (states is not null && state - 1 < (ulong)states.Length)
            {
                states[state - 1]++;
            }

            if (words.TryReadHex(out ulong waiting))
            {
                transmit += waiting;
                words.Skip(1);
                receive += words.TryReadHex(out waiting) ? waiting : 0;
            }
        }

        return (transmit, receive);
    }

    /// <summary>A head line, then a line per entry whose last word is the interface.</summary>
    internal void ParseArp(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        _round++;
        var scanner = new ByteScanner(content);
        scanner.TryReadLine(out _);
        while (scanner.TryReadLine(out var line))
        {
            var trimmed = line.TrimEnd((byte)' ');
            if (_arpDevices.TryGet(trimmed[(trimmed.LastIndexOf((byte)' ') + 1)..], out var device))
            {
                device.Count = device.Round == _round ? device.Count + 1 : 1;
                device.Round = _round;
            }
        }

        _arpDevices.ForEach(writer, _round, static (device, target, round) =>
        {
            // A device that had entries and has none left is 0, not gone.
            target.Write(device.Key, device.Round == round ? device.Count : 0);
        });
    }

    /// <summary>A line of hexadecimal counters per CPU: processed, dropped, times squeezed.</summary>
    internal void ParseSoftnet(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        Span<byte> name = stackalloc byte[8];
        var scanner = new ByteScanner(content);
        for (int cpu = 0; scanner.TryReadLine(out var line); cpu++)
        {
            cpu.TryFormat(name, out int length);
            if (!_cpus.TryGet(name[..length], out byte[][] keys))
            {
                return;
            }

            var words = new ByteScanner(line);
            for (int i = 0; i < keys.Length && words.TryReadHex(out ulong value); i++)
            {
                writer.Write(keys[i], value);
            }
        }
    }

    sealed class ArpDevice
    {
        public required byte[] Key { get; init; }

        public int Round { get; set; }

        public int Count { get; set; }
    }
}
