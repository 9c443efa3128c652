using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>/proc/net/sockstat and sockstat6: sockets in use per protocol; memory in pages and bytes.</summary>
sealed class LinuxSockets(Sources sources, SeriesKeys keys) : ICollector
{
    readonly SourceFile _file = sources.Proc("net/sockstat");
    readonly SourceFile _file6 = sources.Proc("net/sockstat6");
    readonly NameTable<NameTable<Field>> _protocols = new(
        protocol => new NameTable<Field>(field => new Field(keys, protocol, field), 64), 64);

    public string Name => "sockstat";

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

        if (_file6.TryRead(out content))
        {
            Parse(content, writer);
        }
    }

    /// <summary>Lines such as <c>TCP: inuse 4 orphan 0 tw 0 alloc 6 mem 1</c>.</summary>
    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            if (!words.TryReadUntil((byte)':', out var protocol) || !_protocols.TryGet(protocol, out var fields))
            {
                continue;
            }

            while (words.TryReadWord(out var name) && words.TryReadNumber(out double value)
                && fields.TryGet(name, out var field))
            {
                writer.Write(field.Key, value);
                if (field.BytesKey is not null)
                {
                    writer.Write(field.BytesKey, value * Environment.SystemPageSize);
                }
            }
        }
    }

    sealed class Field
    {
        public Field(SeriesKeys keys, string protocol, string name)
        {
            Key = keys.Key($"node_sockstat_{MetricNames.Clean(protocol)}_{MetricNames.Clean(name)}");

            // node_exporter turns the pages of TCP and UDP into bytes, and leaves those of fragments (bytes already)
            // alone.
            BytesKey = name == "mem" ? keys.Key($"node_sockstat_{MetricNames.Clean(protocol)}_mem_bytes") : null;
        }

        public byte[] Key { get; }

        public byte[]? BytesKey { get; }
    }
}
