using System.Buffers;

namespace Presage.Storage;

/// <summary>
/// Collects up to 256 chunks into a page: each distinct time column once (series of one scrape share theirs), then
/// per chunk the number of its time column and its value column.
/// </summary>
sealed class DataPageBuilder
{
    readonly Dictionary<ReadOnlyMemory<byte>, int> _columns = new(new ByteComparer());
    readonly ArrayBufferWriter<byte> _times = new();
    readonly ArrayBufferWriter<byte> _directory = new();
    readonly ArrayBufferWriter<byte> _values = new();

    public int Count { get; private set; }

    public void Add(ReadOnlySpan<byte> timeColumn, ReadOnlySpan<byte> valueColumn)
    {
        var lookup = _columns.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(timeColumn, out int number))
        {
            number = _columns.Count;
            _columns.Add(timeColumn.ToArray(), number);
            WriteVarint(_times, timeColumn.Length);
            _times.Write(timeColumn);
        }

        WriteVarint(_directory, number);
        WriteVarint(_directory, valueColumn.Length);
        _values.Write(valueColumn);
        Count++;
    }

    /// <summary>Writes the page and begins the next.</summary>
    public void CompleteTo(ArrayBufferWriter<byte> page)
    {
        WriteVarint(page, Count);
        WriteVarint(page, _columns.Count);
        page.Write(_times.WrittenSpan);
        page.Write(_directory.WrittenSpan);
        page.Write(_values.WrittenSpan);
        _columns.Clear();
        _times.ResetWrittenCount();
        _directory.ResetWrittenCount();
        _values.ResetWrittenCount();
        Count = 0;
    }

    static void WriteVarint(ArrayBufferWriter<byte> writer, int value) =>
        writer.Advance(Varint.Write(writer.GetSpan(Varint.LengthMax), (ulong)value));

    sealed class ByteComparer : IEqualityComparer<ReadOnlyMemory<byte>>,
        IAlternateEqualityComparer<ReadOnlySpan<byte>, ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> bytes) => GetHashCode(bytes.Span);

        public bool Equals(ReadOnlySpan<byte> alternate, ReadOnlyMemory<byte> other) =>
            alternate.SequenceEqual(other.Span);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)JournalFormat.Checksum(alternate);

        public ReadOnlyMemory<byte> Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
