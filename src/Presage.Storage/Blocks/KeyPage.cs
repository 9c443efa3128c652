namespace Presage.Storage;

/// <summary>
/// An unpacked page of series keys, with the number of chunks of each series. Immutable. It says nothing of its block,
/// so that the blocks of a day, which hold the same series hour after hour, share it (<see cref="PageCache"/>).
/// </summary>
sealed class KeyPage
{
    readonly byte[] _bytes;
    readonly byte[] _packed;
    readonly (int KeyAt, int KeyLength, int FirstChunk)[] _series;
    readonly int _endChunk;

    /// <param name="bytes">The page.</param>
    /// <param name="packed">The bytes it was unpacked from.</param>
    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public KeyPage(byte[] bytes, ReadOnlySpan<byte> packed)
    {
        _bytes = bytes;
        _packed = packed.ToArray();
        int at = 0, firstChunk = 0;
        _series = new (int, int, int)[Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems)];
        for (int i = 0; i < _series.Length; i++)
        {
            int length = Varint.ReadBounded(bytes, ref at, bytes.Length);
            if (length > bytes.Length - at)
            {
                throw new CorruptDataException("A page of keys is cut short.");
            }

            _series[i] = (at, length, firstChunk);
            at += length;
            firstChunk += Varint.ReadBounded(bytes, ref at, int.MaxValue - firstChunk);
        }

        _endChunk = firstChunk;
    }

    public int Count => _series.Length;

    /// <summary>Bytes held, for the cache.</summary>
    public int Bytes => _bytes.Length + _packed.Length + (_series.Length * 12);

    /// <summary>Whether it was unpacked from these bytes.</summary>
    public bool IsOf(ReadOnlySpan<byte> packed) => packed.SequenceEqual(_packed);

    /// <exception cref="CorruptDataException">The page holds fewer series than the index says.</exception>
    public ReadOnlySpan<byte> Key(int index)
    {
        var series = At(index);
        return _bytes.AsSpan(series.KeyAt, series.KeyLength);
    }

    /// <summary>The chunks of a series, counted from the first of the page: first, and one behind the last.</summary>
    /// <exception cref="CorruptDataException">The page holds fewer series than the index says.</exception>
    public (int From, int To) ChunksOf(int index) =>
        (At(index).FirstChunk, index + 1 < _series.Length ? _series[index + 1].FirstChunk : _endChunk);

    (int KeyAt, int KeyLength, int FirstChunk) At(int index) => (uint)index < (uint)_series.Length
        ? _series[index]
        : throw new CorruptDataException($"A page of keys holds {_series.Length} series, not {index + 1}.");
}
