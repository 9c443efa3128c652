namespace Presage.Storage;

/// <summary>
/// An unpacked page of series keys, with the number of chunks of each series. It says nothing of its block, so that the
/// blocks of a day, which hold the same series hour after hour, share it (<see cref="PageCache"/>). Changed only by
/// whoever reads one page after the other into it.
/// </summary>
sealed class KeyPage : CachedPage
{
    readonly byte[] _packed;
    byte[] _bytes = [];
    (int KeyAt, int KeyLength, int FirstChunk)[] _series = [];
    int _endChunk;

    /// <summary>An empty page, of what it will be unpacked from where somebody is to ask for it.</summary>
    public KeyPage(ReadOnlySpan<byte> packed = default) => _packed = packed.ToArray();

    public int Count { get; private set; }

    /// <summary>Bytes held, for the cache.</summary>
    public override int Bytes => _bytes.Length + _packed.Length + (_series.Length * 12);

    /// <summary>Whether it was unpacked from these bytes.</summary>
    public bool IsOf(ReadOnlySpan<byte> packed) => packed.SequenceEqual(_packed);

    /// <summary>Becomes the page that the first bytes hold; they are the page's from now on.</summary>
    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public void Load(byte[] room, int bytesLength)
    {
        _bytes = room;
        Count = 0;
        var bytes = room.AsSpan(0, bytesLength);
        int at = 0, firstChunk = 0;
        int count = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        if (_series.Length < count)
        {
            _series = new (int, int, int)[count];
        }

        for (int i = 0; i < count; i++)
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
        Count = count;
    }

    /// <exception cref="CorruptDataException">The page holds fewer series than the index says.</exception>
    public ReadOnlySpan<byte> Key(int index)
    {
        var series = At(index);
        return _bytes.AsSpan(series.KeyAt, series.KeyLength);
    }

    /// <summary>The chunks of a series, counted from the first of the page: first, and one behind the last.</summary>
    /// <exception cref="CorruptDataException">The page holds fewer series than the index says.</exception>
    public (int From, int To) ChunksOf(int index) =>
        (At(index).FirstChunk, index + 1 < Count ? _series[index + 1].FirstChunk : _endChunk);

    (int KeyAt, int KeyLength, int FirstChunk) At(int index) => (uint)index < (uint)Count
        ? _series[index]
        : throw new CorruptDataException($"A page of keys holds {Count} series, not {index + 1}.");
}
