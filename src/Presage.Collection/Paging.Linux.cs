using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>
/// /proc/vmstat: paging, swapping, faults and out-of-memory kills (the fields node_exporter exports by default).
/// </summary>
sealed class LinuxPaging(Sources sources, SeriesKeys keys) : ICollector
{
    readonly SourceFile _file = sources.Proc("vmstat");
    readonly NameTable<byte[]?> _fields =
        new(name => IsExported(name) ? keys.Key("node_vmstat_" + MetricNames.Clean(name)) : null);

    public string Name => "vmstat";

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
            // Most of the 180 lines are no paging figures: their first byte rules them out.
            if (line.IsEmpty || line[0] is not ((byte)'p' or (byte)'o'))
            {
                continue;
            }

            var words = new ByteScanner(line);
            if (words.TryReadWord(out var name) && _fields.TryGet(name, out byte[]? key) && key is not null
                && words.TryReadNumber(out double value))
            {
                writer.Write(key, value);
            }
        }
    }

    /// <summary>node_exporter: <c>^(oom_kill|pgpg|pswp|pg.*fault).*</c>.</summary>
    static bool IsExported(string name) =>
        name.StartsWith("oom_kill", StringComparison.Ordinal)
        || name.StartsWith("pgpg", StringComparison.Ordinal)
        || name.StartsWith("pswp", StringComparison.Ordinal)
        || (name.StartsWith("pg", StringComparison.Ordinal) && name.Contains("fault", StringComparison.Ordinal));
}
