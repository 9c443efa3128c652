namespace Presage.Storage;

/// <summary>An unpacked page of chunks. Changed only by whoever reads one after the other into it.</summary>
sealed class DataPage
{
    byte[] _bytes = [];
    int _length;
    (int TimeAt, int TimeLength, int ValuesAt, int ValuesLength)[] _chunks = [];

    /// <summary>An empty page.</summary>
    public DataPage()
    {
    }

    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public DataPage(byte[] bytes) => Load(bytes, bytes.Length);

    public int Count { get; private set; }

    /// <summary>Bytes held, for the cache.</summary>
    public int Bytes => _bytes.Length + (_chunks.Length * 16);

    /// <summary>Becomes the page that the first bytes hold; they are the page's from now on.</summary>
    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public void Load(byte[] room, int bytesLength)
    {
        _bytes = room;
        _length = bytesLength;
        Count = 0;
        var bytes = room.AsSpan(0, bytesLength);
        int at = 0;
        int count = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        int columns = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        Span<(int At, int Length)> times = stackalloc (int, int)[columns];
        for (int i = 0; i < columns; i++)
        {
            int length = Varint.ReadBounded(bytes, ref at, bytes.Length);
            times[i] = (Place(ref at, length), length);
        }

        if (_chunks.Length < count)
        {
            _chunks = new (int, int, int, int)[count];
        }

        for (int i = 0; i < count; i++)
        {
            int column = Varint.ReadBounded(bytes, ref at, columns - 1);
            _chunks[i] = (times[column].At, times[column].Length, 0, Varint.ReadBounded(bytes, ref at, bytes.Length));
        }

        foreach (ref var chunk in _chunks.AsSpan(0, count))
        {
            chunk.ValuesAt = Place(ref at, chunk.ValuesLength);
        }

        Count = count;
    }

    /// <exception cref="CorruptDataException">The page has no such chunk, or its time column is none.</exception>
    public ChunkReader Chunk(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new CorruptDataException($"A page of {Count} chunks is asked for chunk {index}.");
        }

        var (timeAt, timeLength, valuesAt, valuesLength) = _chunks[index];
        return new ChunkReader(_bytes.AsSpan(timeAt, timeLength), _bytes.AsSpan(valuesAt, valuesLength));
    }

    int Place(ref int at, int length)
    {
        if (length > _length - at)
        {
            throw new CorruptDataException("A page is cut short.");
        }

        int place = at;
        at += length;
        return place;
    }
}
