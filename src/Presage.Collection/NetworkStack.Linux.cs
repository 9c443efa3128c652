using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>
/// /proc/net/netstat, snmp and snmp6: counters of IP, TCP, UDP and ICMP (the fields node_exporter exports by default),
/// retransmitted segments among them.
/// </summary>
sealed class LinuxNetworkStack(Sources sources, SeriesKeys keys) : ICollector
{
    readonly SourceFile _extended = sources.Proc("net/netstat");
    readonly SourceFile _basic = sources.Proc("net/snmp");
    readonly SourceFile _basic6 = sources.Proc("net/snmp6");
    readonly NameTable<Protocol> _protocols = new(name => new Protocol(keys, name), 64);
    readonly NameTable<byte[]?> _fields6 = new(name => Key(keys, Split6(name)), 512);

    public string Name => "netstat";

    public void Collect(CollectionWriter writer)
    {
        if (_extended.TryRead(out var content))
        {
            ParsePairs(content, writer);
        }

        if (_basic.TryRead(out content))
        {
            ParsePairs(content, writer);
        }
        else
        {
            writer.Missing(_basic.Path);
        }

        if (_basic6.TryRead(out content))
        {
            Parse6(content, writer);
        }
    }

    /// <summary>Pairs of lines: <c>Tcp: RtoMin RtoMax</c>, then <c>Tcp: 200 120000</c>.</summary>
    internal void ParsePairs(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var names) && scanner.TryReadLine(out var values))
        {
            var nameWords = new ByteScanner(names);
            var valueWords = new ByteScanner(values);
            if (!nameWords.TryReadUntil((byte)':', out var name) || !valueWords.TryReadUntil((byte)':', out var again)
                || !name.SequenceEqual(again) || !_protocols.TryGet(name, out var protocol))
            {
                return;
            }

            protocol.Write(nameWords.Rest, ref valueWords, writer);
        }
    }

    /// <summary>One field a line: <c>Ip6InReceives 12</c>.</summary>
    internal void Parse6(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            if (words.TryReadWord(out var name) && _fields6.TryGet(name, out byte[]? key) && key is not null
                && words.TryReadNumber(out double value))
            {
                writer.Write(key, value);
            }
        }
    }

    static (string Protocol, string Field) Split6(string name)
    {
        int six = name.IndexOf('6', StringComparison.Ordinal);
        return six < 0 ? ("", name) : (name[..(six + 1)], name[(six + 1)..]);
    }

    static byte[]? Key(SeriesKeys keys, (string Protocol, string Field) name) =>
        IsExported(name.Protocol, name.Field)
            ? keys.Key($"node_netstat_{name.Protocol}_{MetricNames.Clean(name.Field)}") : null;

    /// <summary>The default of node_exporter's --collector.netstat.fields, its later additions included.</summary>
    static bool IsExported(string protocol, string field) => field is "InErrors" or "InErrs" || (protocol switch
    {
        "Ip" => field is "Forwarding",
        "Ip6" or "IpExt" => field is "InOctets" or "OutOctets",
        "Icmp" or "Icmp6" => field is "InMsgs" or "OutMsgs",
        "Tcp" => field is "ActiveOpens" or "InSegs" or "OutSegs" or "OutRsts" or "PassiveOpens" or "RetransSegs"
            or "CurrEstab",
        "Udp" or "Udp6" => field is "InDatagrams" or "OutDatagrams" or "NoPorts" or "RcvbufErrors" or "SndbufErrors",
        "TcpExt" => field is "TCPSynRetrans" or "TCPTimeouts" or "TCPOFOQueue" or "TCPRcvQDrop"
            || field.StartsWith("Listen", StringComparison.Ordinal)
                || field.StartsWith("Syncookies", StringComparison.Ordinal),
        _ => false,
    });

    /// <summary>
    /// The columns of one protocol; read anew when its line of names changes, which it does not while a kernel runs.
    /// </summary>
    sealed class Protocol(SeriesKeys keys, string name)
    {
        byte[] _names = [];
        byte[]?[] _keys = [];

        public void Write(ReadOnlySpan<byte> names, ref ByteScanner values, CollectionWriter writer)
        {
            if (!names.SequenceEqual(_names))
            {
                _names = names.ToArray();
                string[] fields = System.Text.Encoding.UTF8.GetString(names)
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                _keys = [.. fields.Select(field => Key(keys, (name, field)))];
            }

            foreach (byte[]? key in _keys)
            {
                if (!values.TryReadNumber(out double value))
                {
                    return;
                }

                if (key is not null)
                {
                    writer.Write(key, value);
                }
            }
        }
    }
}
