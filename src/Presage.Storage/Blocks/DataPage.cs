namespace Presage.Storage;

/// <summary>An unpacked page of chunks. Immutable.</summary>
sealed class DataPage
{
    readonly byte[] _bytes;
    readonly (int TimeAt, int TimeLength, int ValuesAt, int ValuesLength)[] _chunks;

    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public DataPage(byte[] bytes)
    {
        _bytes = bytes;
        int at = 0;
        int count = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        int columns = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        Span<(int At, int Length)> times = stackalloc (int, int)[columns];
        for (int i = 0; i < columns; i++)
        {
            int length = Varint.ReadBounded(bytes, ref at, bytes.Length);
            times[i] = (Place(ref at, length), length);
        }

        _chunks = new (int, int, int, int)[count];
        for (int i = 0; i < count; i++)
        {
            int column = Varint.ReadBounded(bytes, ref at, columns - 1);
            _chunks[i] = (times[column].At, times[column].Length, 0, Varint.ReadBounded(bytes, ref at, bytes.Length));
        }

        foreach (ref var chunk in _chunks.AsSpan())
        {
            chunk.ValuesAt = Place(ref at, chunk.ValuesLength);
        }
    }

    public int Count => _chunks.Length;

    /// <summary>Bytes held, for the cache.</summary>
    public int Bytes => _bytes.Length + (_chunks.Length * 16);

    /// <exception cref="CorruptDataException">The page has no such chunk, or its time column is none.</exception>
    public ChunkReader Chunk(int index)
    {
        if ((uint)index >= (uint)_chunks.Length)
        {
            throw new CorruptDataException($"A page of {_chunks.Length} chunks is asked for chunk {index}.");
        }

        var (timeAt, timeLength, valuesAt, valuesLength) = _chunks[index];
        return new ChunkReader(_bytes.AsSpan(timeAt, timeLength), _bytes.AsSpan(valuesAt, valuesLength));
    }

    int Place(ref int at, int length)
    {
        if (length > _bytes.Length - at)
        {
            throw new CorruptDataException("A page is cut short.");
        }

        int place = at;
        at += length;
        return place;
    }
}
