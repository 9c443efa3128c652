using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>The firewall's connection table: its fill, its limit, and what it dropped.</summary>
sealed class LinuxConnectionTracking : ICollector
{
    /// <summary>
    /// Columns of nf_conntrack's statistics that node_exporter exports, by the names in its first line.
    /// </summary>
    static readonly string[] Exported =
        ["found", "invalid", "ignore", "insert", "insert_failed", "drop", "early_drop", "search_restart"];

    readonly NumberFile _entries;
    readonly NumberFile _limit;
    readonly SourceFile _statistics;
    readonly NameTable<int> _columns;
    readonly byte[][] _keys;
    readonly double[] _sums = new double[Exported.Length];
    readonly int[] _columnOf = new int[64];

    public LinuxConnectionTracking(Sources sources, SeriesKeys keys)
    {
        _entries = new NumberFile(sources.Proc("sys/net/netfilter/nf_conntrack_count"),
            keys.Key("node_nf_conntrack_entries"));
        _limit = new NumberFile(sources.Proc("sys/net/netfilter/nf_conntrack_max"),
            keys.Key("node_nf_conntrack_entries_limit"));
        _statistics = sources.Proc("net/stat/nf_conntrack");
        _keys = [.. Exported.Select(name => keys.Key("node_nf_conntrack_stat_" + name))];
        _columns = new NameTable<int>(name => Array.IndexOf(Exported, name), _columnOf.Length);
    }

    public string Name => "conntrack";

    public void Collect(CollectionWriter writer)
    {
        if (!_entries.TryWrite(writer))
        {
            writer.Missing(_entries.Path);
            return;
        }

        _ = _limit.TryWrite(writer);
        if (_statistics.TryRead(out var content))
        {
            Parse(content, writer);
        }
    }

    /// <summary>A line of names, then a line of hexadecimal counters per CPU; they are summed.</summary>
    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var scanner = new ByteScanner(content);
        if (!scanner.TryReadLine(out var head))
        {
            return;
        }

        int columns = 0;
        for (var names = new ByteScanner(head); columns < _columnOf.Length
            && names.TryReadWord(out var name); columns++)
        {
            _columnOf[columns] = _columns.TryGet(name, out int index) ? index : -1;
        }

        Array.Clear(_sums);
        while (scanner.TryReadLine(out var line))
        {
            var words = new ByteScanner(line);
            for (int i = 0; i < columns && words.TryReadHex(out ulong value); i++)
            {
                if (_columnOf[i] >= 0)
                {
                    _sums[_columnOf[i]] += value;
                }
            }
        }

        for (int i = 0; i < _sums.Length; i++)
        {
            writer.Write(_keys[i], _sums[i]);
        }
    }
}
