using System.Text;
using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>/sys/class/net: state, speed and settings of each network interface (node_exporter's netclass).</summary>
sealed class LinuxNetworkLinks : ICollector, IDisposable
{
    const double BytesPerMegabit = 1_000_000 / 8.0;

    static readonly (string File, string Metric, double Scale)[] Numbers =
    [
        ("addr_assign_type", "address_assign_type", 1),
        ("carrier", "carrier", 1),
        ("carrier_changes", "carrier_changes_total", 1),
        ("carrier_up_count", "carrier_up_changes_total", 1),
        ("carrier_down_count", "carrier_down_changes_total", 1),
        ("dev_id", "device_id", 1),
        ("dormant", "dormant", 1),
        ("flags", "flags", 1),
        ("ifindex", "iface_id", 1),
        ("iflink", "iface_link", 1),
        ("link_mode", "iface_link_mode", 1),
        ("mtu", "mtu_bytes", 1),
        ("name_assign_type", "name_assign_type", 1),
        ("netdev_group", "net_dev_group", 1),
        ("speed", "speed_bytes", BytesPerMegabit),
        ("tx_queue_len", "transmit_queue_length", 1),
        ("type", "protocol_type", 1),
        ("statistics/rx_nohandler", "receive_nohandler_total", 1),
    ];

    static readonly (string File, string Label)[] Texts =
        [("address", "address"), ("broadcast", "broadcast"), ("duplex", "duplex"), ("operstate", "operstate"),
            ("ifalias", "ifalias")];

    readonly Sources _sources;
    readonly FolderReader _folder;
    readonly NameTable<Link> _links;

    public LinuxNetworkLinks(Sources sources, SeriesKeys keys)
    {
        _sources = sources;
        string path = Path.Join(sources.SysPath, "class/net");
        _folder = new FolderReader(path);
        _links = new NameTable<Link>(name => new Link(keys, path, name));
    }

    public string Name => "netclass";

    public void Collect(CollectionWriter writer)
    {
        if (!_folder.TryBegin())
        {
            writer.Missing(_folder.Path);
            return;
        }

        while (_folder.TryNext(out var name))
        {
            // A plain file such as bonding_masters has no operstate below it.
            if (_links.TryGet(name, out var link) && _sources.TryReadOnce(link.OperState, out var state))
            {
                writer.Write(link.Up, state.StartsWith("up"u8) ? 1 : 0);
                link.WriteNumbers(_sources, writer);
                link.WriteTexts(_sources, writer);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    sealed class Link
    {
        readonly SeriesKeys _keys;
        readonly string _device;
        readonly (byte[] Path, byte[] Key, double Scale)[] _numbers;
        readonly (byte[] Path, byte[] Value)[] _texts;
        byte[]? _info;

        public Link(SeriesKeys keys, string folder, string device)
        {
            _keys = keys;
            _device = device;
            OperState = Sources.PathBytes(folder, device, "operstate");
            Up = keys.Key("node_network_up", new Label("device", device));
            _numbers = [.. Numbers.Select(number => (
                Sources.PathBytes(folder, device, number.File),
                keys.Key("node_network_" + number.Metric, new Label("device", device)),
                number.Scale))];
            _texts = [.. Texts.Select(text => (Sources.PathBytes(folder, device, text.File), Array.Empty<byte>()))];
        }

        public byte[] OperState { get; }

        public byte[] Up { get; }

        public void WriteNumbers(Sources sources, CollectionWriter writer)
        {
            foreach (ref readonly var number in _numbers.AsSpan())
            {
                // A link that is down refuses to tell speed and carrier; an unknown speed is -1.
                if (sources.TryReadOnce(number.Path, out var content) && TryReadValue(content, out double value))
                {
                    writer.Write(number.Key, value * number.Scale);
                }
            }
        }

        /// <summary>
        /// node_network_info: its labels are read again each time, its key made only when one changed.
        /// </summary>
        public void WriteTexts(Sources sources, CollectionWriter writer)
        {
            bool isSame = _info is not null;
            foreach (ref var text in _texts.AsSpan())
            {
                var value = sources.TryReadOnce(text.Path, out var content) ? content.Trim("\n "u8) : default;
                if (!value.SequenceEqual(text.Value))
                {
                    text.Value = value.ToArray();
                    isSame = false;
                }
            }

            if (!isSame)
            {
                if (_info is not null)
                {
                    writer.WriteStale(_info);
                }

                Label[] labels = [new("device", _device), .. _texts.Select((text, i) =>
                    new Label(Texts[i].Label, Encoding.UTF8.GetString(text.Value)))];
                _info = _keys.Key("node_network_info", labels);
            }

            writer.Write(_info!, 1);
        }

        static bool TryReadValue(ReadOnlySpan<byte> content, out double value)
        {
            var scanner = new ByteScanner(content);
            if (content.StartsWith("0x"u8))
            {
                bool read = scanner.TryReadHex(out ulong bits);
                value = bits;
                return read;
            }

            return scanner.TryReadNumber(out value) && value >= 0;
        }
    }
}
