using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>/proc/net/dev: bytes, packets and errors per network interface.</summary>
sealed class LinuxNetwork(Sources sources, SeriesKeys keys) : ICollector
{
    static readonly string[] Columns =
    [
        "receive_bytes", "receive_packets", "receive_errs", "receive_drop", "receive_fifo", "receive_frame",
        "receive_compressed", "receive_multicast", "transmit_bytes", "transmit_packets", "transmit_errs",
            "transmit_drop",
        "transmit_fifo", "transmit_colls", "transmit_carrier", "transmit_compressed",
    ];

    readonly SourceFile _file = sources.Proc("net/dev");
    readonly NameTable<byte[][]> _devices = new(device =>
        [.. Columns.Select(column => keys.Key($"node_network_{column}_total", new Label("device", device)))]);

    public string Name => "netdev";

    public void Collect(CollectionWriter writer)
    {
        if (_file.TryRead(out var content))
        {
            Parse(content, writer);
        }
        else
        {
            writer.Missing(_file.Path);
        }
    }

    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            // Interface names may hold colons (aliases); the last one ends the name.
            int colon = line.LastIndexOf((byte)':');
            var name = colon < 0 ? default : line[..colon].Trim((byte)' ');
            if (name.IsEmpty || !_devices.TryGet(name, out byte[][] keysOfDevice))
            {
                continue;
            }

            var words = new ByteScanner(line[(colon + 1)..]);
            for (int i = 0; i < keysOfDevice.Length && words.TryReadUnsigned(out ulong value); i++)
            {
                writer.Write(keysOfDevice[i], value);
            }
        }
    }
}
