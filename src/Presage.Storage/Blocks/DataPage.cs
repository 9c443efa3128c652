namespace Presage.Storage;

/// <summary>
/// A page of chunks: where each lies. The bytes are the page's own where they had to be unpacked; where the file holds
/// them as they are (<see cref="StoredFrame"/>) they stay there, and whoever reads holds a lease on the file.
/// Changed only by whoever reads one page after the other into it.
/// </summary>
sealed class DataPage : CachedPage
{
    readonly MappedFile? _file;
    readonly int _fileAt;
    byte[] _bytes = [];
    int _length;
    (int At, int Length, TimeHead Head)[] _times = [];
    byte[] _timeOf = [];
    int[] _valuesAt = [];

    /// <summary>An empty page.</summary>
    public DataPage()
    {
    }

    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public DataPage(byte[] bytes) => Load(bytes, bytes.Length);

    /// <summary>A page that lies in a file as it is.</summary>
    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public DataPage(MappedFile file, int at, int length)
    {
        _file = file;
        _fileAt = at;
        _length = length;
        ReadDirectory(Content);
    }

    public int Count { get; private set; }

    public override int Bytes => _bytes.Length + (_times.Length * 40) + (_valuesAt.Length * 5) + 160;

    ReadOnlySpan<byte> Content =>
        _file is null ? _bytes.AsSpan(0, _length) : _file.Bytes.Slice(_fileAt, _length);

    /// <summary>Becomes the page that the first bytes hold; they are the page's from now on.</summary>
    /// <exception cref="CorruptDataException">The bytes are no page.</exception>
    public void Load(byte[] room, int bytesLength)
    {
        _bytes = room;
        _length = bytesLength;
        ReadDirectory(Content);
    }

    /// <exception cref="CorruptDataException">The page has no such chunk, or its time column is none.</exception>
    public ChunkReader Chunk(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new CorruptDataException($"A page of {Count} chunks is asked for chunk {index}.");
        }

        var content = Content;
        ref readonly var time = ref _times[_timeOf[index]];
        int valuesAt = _valuesAt[index];
        return new ChunkReader(
            content.Slice(time.At, time.Length), time.Head, content[valuesAt.._valuesAt[index + 1]]);
    }

    void ReadDirectory(ReadOnlySpan<byte> bytes)
    {
        Count = 0;
        int at = 0;
        int count = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        int columns = Varint.ReadBounded(bytes, ref at, BlockFormat.PageItems);
        if (_times.Length < columns)
        {
            _times = new (int, int, TimeHead)[columns];
        }

        for (int i = 0; i < columns; i++)
        {
            int length = Varint.ReadBounded(bytes, ref at, bytes.Length);
            int place = Place(ref at, length, bytes.Length);
            _times[i] = (place, length, TimeColumn.HeadOf(bytes.Slice(place, length)));
        }

        if (_timeOf.Length < count)
        {
            _timeOf = new byte[count];
            _valuesAt = new int[count + 1];
        }

        // First the lengths; where values begin is known once all are read.
        for (int i = 0; i < count; i++)
        {
            _timeOf[i] = (byte)Varint.ReadBounded(bytes, ref at, columns - 1);
            _valuesAt[i] = Varint.ReadBounded(bytes, ref at, bytes.Length);
        }

        for (int i = 0; i < count; i++)
        {
            _valuesAt[i] = Place(ref at, _valuesAt[i], bytes.Length);
        }

        if (count > 0)
        {
            _valuesAt[count] = at;
        }

        Count = count;
    }

    static int Place(ref int at, int length, int end)
    {
        if (length > end - at)
        {
            throw new CorruptDataException("A page is cut short.");
        }

        int place = at;
        at += length;
        return place;
    }
}
