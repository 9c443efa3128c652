using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Collects hosts, labels and postings of a block's series and writes the index.</summary>
sealed class BlockIndexBuilder
{
    readonly Dictionary<string, Dictionary<string, PostingsBuilder>> _labels = new(StringComparer.Ordinal);
    readonly List<(string Host, int First)> _hosts = [];
    readonly ArrayBufferWriter<byte> _text = new();
    readonly ArrayBufferWriter<byte> _postings = new();

    /// <summary>Adds a series; numbers ascend, hosts come one after the other.</summary>
    public void Add(int number, string host, ReadOnlySpan<byte> key)
    {
        if (_hosts.Count == 0 || _hosts[^1].Host != host)
        {
            _hosts.Add((host, number));
        }

        var reader = new SeriesKeyReader(key);
        while (reader.Read(out var name, out var value))
        {
            Utf8Lists.GetOrAdd(
                Utf8Lists.GetOrAdd(_labels, name, static () => new(StringComparer.Ordinal)), value, static () => new())
                .Add(number);
        }
    }

    /// <summary>The bytes of the index.</summary>
    public byte[] Complete(
        in BlockTotals totals, List<PageEntry> dataPages, List<(PageEntry Entry, int FirstChunk)> keyPages)
    {
        var tables = new ArrayBufferWriter<byte>();
        tables.Write(new byte[BlockFormat.IndexHeadBytes]);
        long[] head = new long[(int)IndexField.Count];
        void Set(IndexField field, long value) => head[(int)field] = value;

        Set(IndexField.FromMs, totals.FromMs);
        Set(IndexField.ToMs, totals.ToMs);
        Set(IndexField.OldestMs, totals.OldestMs);
        Set(IndexField.NewestMs, totals.NewestMs);
        Set(IndexField.CoveredSegment, totals.CoveredSegment);
        Set(IndexField.Series, totals.Series);
        Set(IndexField.Chunks, totals.Chunks);
        Set(IndexField.Samples, totals.Samples);

        Set(IndexField.DataPages, dataPages.Count);
        Set(IndexField.DataPagesAt, tables.WrittenCount);
        dataPages.ForEach(page => WritePage(tables, page));
        Set(IndexField.KeyPages, keyPages.Count);
        Set(IndexField.KeyPagesAt, tables.WrittenCount);
        foreach (var (entry, firstChunk) in keyPages)
        {
            WritePage(tables, entry);
            WriteInt32(tables, firstChunk);
        }

        Set(IndexField.Hosts, _hosts.Count);
        Set(IndexField.HostsAt, tables.WrittenCount);
        WriteHosts(tables, totals.Series);

        var values = new ArrayBufferWriter<byte>();
        var names = Sorted(_labels);
        Set(IndexField.Names, names.Count);
        Set(IndexField.NamesAt, tables.WrittenCount);
        int valueCount = 0;
        foreach (var (name, lists) in names)
        {
            WriteText(tables, name);
            WriteInt32(tables, valueCount);
            WriteInt32(tables, lists.Count);
            valueCount += lists.Count;
            WriteValues(values, lists);
        }

        Set(IndexField.Values, valueCount);
        Set(IndexField.ValuesAt, tables.WrittenCount);
        tables.Write(values.WrittenSpan);
        Set(IndexField.TextAt, tables.WrittenCount);
        Set(IndexField.TextBytes, _text.WrittenCount);
        tables.Write(_text.WrittenSpan);
        Set(IndexField.PostingsAt, tables.WrittenCount);
        Set(IndexField.PostingsBytes, _postings.WrittenCount);
        tables.Write(_postings.WrittenSpan);

        byte[] index = tables.WrittenSpan.ToArray();
        for (int i = 0; i < head.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(index.AsSpan(i * 8), head[i]);
        }

        return index;
    }

    void WriteHosts(ArrayBufferWriter<byte> tables, int series)
    {
        for (int i = 0; i < _hosts.Count; i++)
        {
            WriteText(tables, Encoding.UTF8.GetBytes(_hosts[i].Host));
            WriteInt32(tables, _hosts[i].First);
            WriteInt32(tables, (i + 1 < _hosts.Count ? _hosts[i + 1].First : series) - _hosts[i].First);
        }
    }

    void WriteValues(ArrayBufferWriter<byte> values, Dictionary<string, PostingsBuilder> lists)
    {
        foreach (var (value, postings) in Sorted(lists))
        {
            WriteText(values, value);
            var bytes = postings.Complete();
            WriteInt32(values, _postings.WrittenCount);
            WriteInt32(values, bytes.Length);
            _postings.Write(bytes);
        }
    }

    void WriteText(ArrayBufferWriter<byte> table, ReadOnlySpan<byte> text)
    {
        WriteInt32(table, _text.WrittenCount);
        WriteInt32(table, text.Length);
        _text.Write(text);
    }

    static List<(byte[] Text, T Value)> Sorted<T>(Dictionary<string, T> values)
    {
        var sorted = new List<(byte[] Text, T Value)>(values.Count);
        foreach (var (text, value) in values)
        {
            sorted.Add((Encoding.UTF8.GetBytes(text), value));
        }

        sorted.Sort(static (a, b) => a.Text.AsSpan().SequenceCompareTo(b.Text));
        return sorted;
    }

    static void WritePage(ArrayBufferWriter<byte> table, PageEntry page)
    {
        var span = table.GetSpan(BlockFormat.DataPageEntryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(span, page.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], page.PackedBytes);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], page.Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(span[16..], page.Checksum);
        table.Advance(BlockFormat.DataPageEntryBytes);
    }

    static void WriteInt32(ArrayBufferWriter<byte> table, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(table.GetSpan(4), value);
        table.Advance(4);
    }
}
