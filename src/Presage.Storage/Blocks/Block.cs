using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// An immutable file of chunks of one span of time, memory-mapped. Opening reads and checks the index only; pages are
/// checked when they are unpacked. Members throw <see cref="CorruptDataException"/> where bytes are damaged. Whoever
/// reads holds a lease (<see cref="Borrow"/>), so that closing waits for readers.
/// </summary>
sealed class Block : ILabelIndex, IDisposable
{
    readonly MappedFile _file;
    readonly int _length;
    readonly int _indexAt;
    readonly int _indexLength;
    readonly PageCache _cache;
    readonly DataPage?[] _pages;
    readonly PageFile _pageFile;

    /// <exception cref="CorruptDataException">The file is not a whole block.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Block(Disk disk, string path, PageCache cache)
    {
        Path = path;
        FileNumber = NumberOf(path);
        _cache = cache;
        long length = disk.LengthOf(path);
        if (length is < BlockFormat.HeaderBytes + BlockFormat.FooterBytes or > int.MaxValue)
        {
            throw new CorruptDataException($"A block of {length} bytes is too short or too long.", path);
        }

        _length = (int)length;
        _file = disk.Map(path);
        try
        {
            using var lease = Borrow();
            BlockFormat.Check(Bytes, path, out _indexAt, out _indexLength);
            Kind = BlockFormat.ReadKind(Bytes, path);
            Totals = new BlockTotals(
                Field(IndexField.FromMs), Field(IndexField.ToMs), Field(IndexField.OldestMs),
                    Field(IndexField.NewestMs),
                Number(IndexField.CoveredSegment), Number(IndexField.Series), Number(IndexField.Chunks),
                    Field(IndexField.Samples));
            CheckTotals();
            _pages = new DataPage?[PagesOf(Totals.Chunks)];
            _pageFile = new PageFile(_file, path, _indexAt);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>The number in its name: blocks begun later have higher ones.</summary>
    public int FileNumber { get; }

    /// <summary>Raw samples as flushed or as merged, or a tier of roll-ups.</summary>
    public BlockKind Kind { get; }

    public BlockTotals Totals { get; }

    public long FileBytes => _length;

    /// <summary>The number in a block's name.</summary>
    public static int NumberOf(string path)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path.AsSpan());
        return int.TryParse(name[(name.LastIndexOf('-') + 1)..], out int number) ? number : 0;
    }

    /// <summary>Whether samples of the range may be in it.</summary>
    public bool Overlaps(TimeRange range) => Totals.OldestMs <= range.ToMs && Totals.NewestMs >= range.FromMs;

    /// <summary>Keeps the file mapped until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public MappedFile.Lease Borrow() => _file.Borrow();

    /// <summary>
    /// The index names a page for every 256 series and chunks: their numbers are bounded by its length, and so is what
    /// readers make room for.
    /// </summary>
    void CheckTotals()
    {
        SliceIndex(Number(IndexField.KeyPagesAt), (long)PagesOf(Totals.Series) * BlockFormat.KeyPageEntryBytes);
        SliceIndex(Number(IndexField.DataPagesAt), (long)PagesOf(Totals.Chunks) * BlockFormat.DataPageEntryBytes);
    }

    static int PagesOf(int items) => (int)(((long)items + BlockFormat.PageItems - 1) / BlockFormat.PageItems);

    /// <summary>The key of a series.</summary>
    public ReadOnlySpan<byte> Key(int series) => KeyPageOf(series).Key(series % BlockFormat.PageItems);

    /// <summary>The same for ascending numbers: a page is looked up once.</summary>
    public ReadOnlySpan<byte> Key(int series, [NotNull] ref KeyPage? page, ref int pageNumber)
    {
        int number = series / BlockFormat.PageItems, index = series % BlockFormat.PageItems;
        if (page is null || pageNumber != number || index >= page.Count)
        {
            page = KeyPageOf(series);
            pageNumber = number;
        }

        return page.Key(index);
    }

    /// <summary>The chunks of a series that stands in a page of keys: first, and one behind the last.</summary>
    public (int From, int To) ChunksOf(KeyPage page, int series)
    {
        var tail = Entry(IndexField.KeyPagesAt, series / BlockFormat.PageItems, BlockFormat.KeyPageEntryBytes)
            [BlockFormat.DataPageEntryBytes..];
        int first = BinaryPrimitives.ReadInt32LittleEndian(tail);
        var (from, to) = page.ChunksOf(series % BlockFormat.PageItems);
        return first >= 0 && to <= Totals.Chunks - first
            ? (first + from, first + to)
            : throw Corrupt($"The chunks of series {series} are out of bounds.");
    }

    /// <summary>The number of the series with this key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        // Series are sorted by host, then key, so the host's range is known and is searched by halves.
        if (!TryFindHost(SeriesKey.HostOf(key), out int from, out int count))
        {
            return -1;
        }

        int to = from + count;
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            int order = Key(middle).SequenceCompareTo(key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return -1;
    }

    /// <summary>Where the chunks of a series lie.</summary>
    public Place PlaceOf(int series)
    {
        var (from, to) = ChunksOf(KeyPageOf(series), series);
        return new Place(this, from, to);
    }

    /// <summary>Appends the samples of a series, given by its chunks, that lie in the range.</summary>
    public void Read(int from, int to, TimeRange range, SampleColumns columns)
    {
        if (Kind == BlockKind.Merged && to - from > 2)
        {
            from = LastBeginningBefore(from, to, range.FromMs);
        }

        DataPage? page = null;
        for (int chunk = from; chunk < to; chunk++)
        {
            int index = chunk % BlockFormat.PageItems, whole = columns.Count;
            page = page is null || index == 0 ? DataPageOf(chunk) : page;
            try
            {
                var reader = page.Chunk(index);
                if (reader.FirstMs > range.ToMs)
                {
                    // A merge leaves chunks apart and in order; what was flushed may overlap.
                    if (Kind == BlockKind.Merged)
                    {
                        return;
                    }

                    continue;
                }

                reader.ReadInto(columns, range);
            }
            catch (CorruptDataException e)
            {
                columns.Truncate(whole);
                throw new CorruptDataException(
                    e.Reason, Path, PageEntryAt(IndexField.DataPagesAt, chunk, false).Offset);
            }
        }
    }

    /// <summary>
    /// The last chunk that begins before a time, or the first one: none before it can hold samples from then on.
    /// </summary>
    int LastBeginningBefore(int from, int to, long timestampMs)
    {
        while (to - from > 1)
        {
            int middle = (from + to) >>> 1;
            if (DataPageOf(middle).Chunk(middle % BlockFormat.PageItems).FirstMs < timestampMs)
            {
                from = middle;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }

    /// <summary>Appends the buckets of a series, as stored, that overlap the range. The block is a roll-up.</summary>
    public void ReadRollups(int series, TimeRange range, RollupColumns columns)
    {
        var (from, to) = ChunksOf(KeyPageOf(series), series);
        for (int chunk = from; chunk < to; chunk++)
        {
            var page = DataPageOf(chunk);
            try
            {
                var reader = page.Chunk(chunk % BlockFormat.PageItems);
                RollupChunk.Read(reader.TimeBytes, reader.ValueBytes, range, Kind.StepMs(), columns);
            }
            catch (CorruptDataException e)
            {
                throw new CorruptDataException(
                    e.Reason, Path, PageEntryAt(IndexField.DataPagesAt, chunk, false).Offset);
            }
        }
    }

    /// <summary>The page of keys a series stands in, past the cache: merging would push everything else out.</summary>
    public KeyPage UnpackKeys(int series)
    {
        var page = new KeyPage(_pageFile.Packed(PageEntryAt(IndexField.KeyPagesAt, series, true)));
        byte[] room = [];
        UnpackKeys(series, page, ref room);
        return page;
    }

    /// <summary>The same into a page that held another, with the room it had.</summary>
    public void UnpackKeys(int series, KeyPage page, ref byte[] room) =>
        _pageFile.Unpack(PageEntryAt(IndexField.KeyPagesAt, series, true), ref room, page.Load);

    /// <summary>The page a chunk stands in, past the cache.</summary>
    public DataPage UnpackData(int chunk)
    {
        var page = new DataPage();
        byte[] room = [];
        UnpackData(chunk, page, ref room);
        return page;
    }

    /// <summary>The same into a page that held another, with the room it had.</summary>
    public void UnpackData(int chunk, DataPage page, ref byte[] room) =>
        _pageFile.Unpack(PageEntryAt(IndexField.DataPagesAt, chunk, false), ref room, page.Load);

    /// <summary>Where the page of a chunk begins in the file.</summary>
    public long OffsetOfData(int chunk) => PageEntryAt(IndexField.DataPagesAt, chunk, false).Offset;

    /// <summary>The names of the hosts in it.</summary>
    public IEnumerable<string> Hosts()
    {
        int count = Number(IndexField.Hosts);
        for (int i = 0; i < count; i++)
        {
            yield return Encoding.UTF8.GetString(Text(Entry(IndexField.HostsAt, i, BlockFormat.HostEntryBytes)));
        }
    }

    public ReadOnlySpan<int> All() => Enumerate(0, Totals.Series);

    public ReadOnlySpan<int> OfHost(string host) =>
        TryFindHost(Encoding.UTF8.GetBytes(host), out int from, out int count) ? Enumerate(from, count) : [];

    public ReadOnlySpan<int> Of(string name, string value)
    {
        if (!TryFindName(name, out int first, out int count))
        {
            return [];
        }

        int at = Search(IndexField.ValuesAt, BlockFormat.ValueEntryBytes, first, count, Encoding.UTF8.GetBytes(value));
        return at < 0 ? [] : Postings(at);
    }

    public IEnumerable<string> ValuesOf(string name)
    {
        if (TryFindName(name, out int first, out int count))
        {
            for (int i = first; i < first + count; i++)
            {
                yield return Encoding.UTF8.GetString(Text(Entry(IndexField.ValuesAt, i, BlockFormat.ValueEntryBytes)));
            }
        }
    }

    public IEnumerable<string> Names()
    {
        int count = Number(IndexField.Names);
        for (int i = 0; i < count; i++)
        {
            yield return Encoding.UTF8.GetString(Text(Entry(IndexField.NamesAt, i, BlockFormat.NameEntryBytes)));
        }
    }

    public void Dispose() => _file.Dispose();

    ReadOnlySpan<byte> Bytes => _file.Bytes;

    ReadOnlySpan<byte> Index => Bytes.Slice(_indexAt, _indexLength);

    long Field(IndexField field) => BinaryPrimitives.ReadInt64LittleEndian(Index[((int)field * 8)..]);

    int Number(IndexField field)
    {
        long value = Field(field);
        return value is >= 0 and <= int.MaxValue ? (int)value : throw Corrupt($"{field} is {value}.");
    }

    ReadOnlySpan<byte> Entry(IndexField table, int number, int entryBytes) =>
        SliceIndex(Number(table) + ((long)number * entryBytes), entryBytes);

    ReadOnlySpan<byte> SliceIndex(long at, long length) =>
        at >= 0 && length >= 0 && at <= _indexLength && length <= _indexLength - at
            ? Index.Slice((int)at, (int)length)
            : throw Corrupt("A table points outside of it.");

    ReadOnlySpan<byte> Text(ReadOnlySpan<byte> entry)
    {
        int at = BinaryPrimitives.ReadInt32LittleEndian(entry);
        return SliceIndex((long)Number(IndexField.TextAt) + at, BinaryPrimitives.ReadInt32LittleEndian(entry[4..]));
    }

    int[] Postings(int value)
    {
        var entry = Entry(IndexField.ValuesAt, value, BlockFormat.ValueEntryBytes);
        int at = BinaryPrimitives.ReadInt32LittleEndian(entry[8..]);
        int length = BinaryPrimitives.ReadInt32LittleEndian(entry[12..]);
        try
        {
            return PostingsBuilder.Read(SliceIndex((long)Number(IndexField.PostingsAt) + at, length), Totals.Series);
        }
        catch (CorruptDataException e) when (e.File.Length == 0)
        {
            throw Corrupt(e.Reason);
        }
    }

    bool TryFindHost(ReadOnlySpan<byte> host, out int first, out int count)
    {
        int at = Search(IndexField.HostsAt, BlockFormat.HostEntryBytes, 0, Number(IndexField.Hosts), host);
        return TryReadSpan(at, IndexField.HostsAt, BlockFormat.HostEntryBytes, Totals.Series, out first, out count);
    }

    bool TryFindName(string name, out int first, out int count)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        int at = Search(IndexField.NamesAt, BlockFormat.NameEntryBytes, 0, Number(IndexField.Names), text);
        return TryReadSpan(
            at, IndexField.NamesAt, BlockFormat.NameEntryBytes, Number(IndexField.Values), out first, out count);
    }

    /// <summary>Reads the first number and the count of a table's entry and checks them.</summary>
    bool TryReadSpan(int at, IndexField table, int entryBytes, int bound, out int first, out int count)
    {
        first = count = 0;
        if (at < 0)
        {
            return false;
        }

        var entry = Entry(table, at, entryBytes);
        first = BinaryPrimitives.ReadInt32LittleEndian(entry[8..]);
        count = BinaryPrimitives.ReadInt32LittleEndian(entry[12..]);
        return first >= 0 && count >= 0 && first <= bound && count <= bound - first
            ? true
            : throw Corrupt("A table's entry is out of bounds.");
    }

    /// <summary>Searches a sorted part of a table by text; -1 where it is not there.</summary>
    int Search(IndexField table, int entryBytes, int from, int count, ReadOnlySpan<byte> text)
    {
        int to = from + count;
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            int order = Text(Entry(table, middle, entryBytes)).SequenceCompareTo(text);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return -1;
    }

    KeyPage KeyPageOf(int series)
    {
        ulong number = (ulong)(series / BlockFormat.PageItems);
        if (!_cache.TryGet(this, number, out var page))
        {
            // Pages of the same bytes are the same page, whichever block they stand in.
            var entry = PageEntryAt(IndexField.KeyPagesAt, series, true);
            if (!_cache.TryGet(null, entry.Checksum, out page) || !page.IsOf(_pageFile.Packed(entry)))
            {
                page = UnpackKeys(series);
                _cache.Add(null, entry.Checksum, page);
            }

            _cache.Add(this, number, page);
        }

        int index = series % BlockFormat.PageItems;
        return index < page.Count
            ? page
            : throw new CorruptDataException($"A page of keys holds {page.Count} series, not {index + 1}.", Path);
    }

    DataPage DataPageOf(int chunk)
    {
        int number = chunk / BlockFormat.PageItems;
        if ((uint)number < (uint)_pages.Length && Volatile.Read(ref _pages[number]) is { } known)
        {
            if (!known.IsUsed)
            {
                known.IsUsed = true;
            }

            return known;
        }

        var page = _pageFile.Open(PageEntryAt(IndexField.DataPagesAt, chunk, false));
        _cache.Add(this, number, _pages, page);
        return page;
    }

    PageEntry PageEntryAt(IndexField table, int item, bool keys)
    {
        int bound = keys ? Totals.Series : Totals.Chunks;
        if ((uint)item >= (uint)bound)
        {
            throw Corrupt($"Item {item} of {bound} is asked for.");
        }

        int bytes = keys ? BlockFormat.KeyPageEntryBytes : BlockFormat.DataPageEntryBytes;
        var entry = Entry(table, item / BlockFormat.PageItems, bytes);
        return new PageEntry(
            BinaryPrimitives.ReadInt64LittleEndian(entry),
            BinaryPrimitives.ReadInt32LittleEndian(entry[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(entry[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
    }

    static int[] Enumerate(int from, int count) => [.. Enumerable.Range(from, count)];

    CorruptDataException Corrupt(string reason) => new("In its index: " + reason, Path, _indexAt);
}
