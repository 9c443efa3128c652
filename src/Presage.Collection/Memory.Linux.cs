using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>/proc/meminfo, every field: <c>Active(anon): 5 kB</c> is node_memory_Active_anon_bytes 5120.</summary>
sealed class LinuxMemory(Sources sources, SeriesKeys keys) : ICollector
{
    const double BytesPerKilobyte = 1024;

    readonly SourceFile _file = sources.Proc("meminfo");
    readonly NameTable<Field> _fields = new(name => new Field(keys, name));

    public string Name => "meminfo";

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
            var words = new ByteScanner(line);
            if (words.TryReadUntil((byte)':', out var name) && words.TryReadUnsigned(out ulong value)
                && _fields.TryGet(name, out var field))
            {
                words.SkipSpace();
                bool isBytes = words.Rest.StartsWith("kB"u8);
                writer.Write(isBytes ? field.Bytes : field.Plain, isBytes ? value * BytesPerKilobyte : value);
            }
        }
    }

    sealed class Field
    {
        public Field(SeriesKeys keys, string name)
        {
            string metric = "node_memory_"
                + MetricNames.Clean(name.Replace('(', '_').Replace(")", "", StringComparison.Ordinal));
            Bytes = keys.Key(metric + "_bytes");
            Plain = keys.Key(metric);
        }

        public byte[] Bytes { get; }

        public byte[] Plain { get; }
    }
}
