using System.Buffers;
using System.IO.Hashing;
using ZstdSharp;

namespace Presage.Storage;

/// <summary>
/// Writes a block: chunks page by page while they come, then keys, index and footer. The file has a temporary name
/// until it is complete and on the disk; then it is renamed. Series come sorted by host, then key.
/// </summary>
sealed class BlockWriter : IDisposable
{
    /// <summary>What an unfinished file's name ends with.</summary>
    public const string TemporarySuffix = ".tmp";

    readonly string _path;
    readonly string _temporaryPath;
    readonly Disk _disk;
    readonly BlockKind _kind;
    readonly DiskFile _file;
    readonly Compressor _compressor = new(BlockFormat.ZstdLevel);
    readonly DataPageBuilder _data = new();
    readonly ArrayBufferWriter<byte> _page = new();
    readonly ArrayBufferWriter<byte> _keyPage = new();
    readonly List<(byte[] Packed, PageEntry Entry, int FirstChunk)> _keyPages = [];
    readonly List<PageEntry> _dataPages = [];
    readonly BlockIndexBuilder _index = new();
    byte[] _packed = [];
    long _position = BlockFormat.HeaderBytes;
    int _keysInPage;
    int _keyPageFirstChunk;
    int _seriesFirstChunk;
    byte[] _key = [];
    int _keyLength;
    bool _completed;

    public BlockWriter(string path, Disk disk, BlockKind kind = BlockKind.Flushed)
    {
        _path = path;
        _kind = kind;
        _temporaryPath = path + TemporarySuffix;
        _disk = disk;
        disk.Delete(_temporaryPath);
        _file = disk.Create(_temporaryPath);
    }

    /// <summary>Bytes written so far.</summary>
    public long Bytes => _position;

    public int Series { get; private set; }

    public int Chunks { get; private set; }

    public long Samples { get; private set; }

    public long OldestMs { get; private set; } = long.MaxValue;

    public long NewestMs { get; private set; } = long.MinValue;

    /// <summary>The name it will have.</summary>
    public string Path => _path;

    /// <summary>Adds a series with its chunks, oldest first; at least one.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void Add(string host, ReadOnlySpan<byte> key, ChunkCopies chunks)
    {
        BeginSeries(host, key);
        for (int i = 0; i < chunks.Count; i++)
        {
            AddChunk(chunks.TimeOf(i), chunks.ValuesOf(i), chunks.SpanOf(i));
        }

        EndSeries();
    }

    /// <summary>Begins a series; its chunks follow, oldest first, at least one.</summary>
    public void BeginSeries(string host, ReadOnlySpan<byte> key)
    {
        if (_keysInPage == 0)
        {
            _keyPageFirstChunk = Chunks;
        }

        if (_key.Length < key.Length)
        {
            _key = new byte[Math.Max(key.Length, 256)];
        }

        key.CopyTo(_key);
        _keyLength = key.Length;
        _seriesFirstChunk = Chunks;
        _index.Add(Series, host, key);
        Series++;
    }

    /// <summary>Ends the series begun.</summary>
    public void EndSeries()
    {
        WriteVarint(_keyPage, _keyLength);
        _keyPage.Write(_key.AsSpan(0, _keyLength));
        WriteVarint(_keyPage, Chunks - _seriesFirstChunk);
        if (++_keysInPage == BlockFormat.PageItems)
        {
            EndKeyPage();
        }
    }

    /// <summary>Adds a chunk of the series begun.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void AddChunk(ReadOnlySpan<byte> time, ReadOnlySpan<byte> values, ChunkSpan span)
    {
        _data.Add(time, values);
        Chunks++;
        Samples += span.Count;
        OldestMs = Math.Min(OldestMs, span.FirstMs);
        NewestMs = Math.Max(NewestMs, span.LastMs + _kind.LastMsOfSample());
        if (_data.Count == BlockFormat.PageItems)
        {
            EndDataPage();
        }
    }

    /// <summary>Completes the file and gives it its name.</summary>
    /// <exception cref="IOException">The disk is full or broken; the temporary file is gone.</exception>
    public void Complete(long fromMs, long toMs, int coveredSegment)
    {
        CompleteTemporary(fromMs, toMs, coveredSegment);
        _disk.Move(_temporaryPath, _path, overwrite: false);
        _disk.SyncFolder(System.IO.Path.GetDirectoryName(_path)!);
    }

    /// <summary>
    /// Completes the file and hands it to the disk; the temporary name stays until a replacement is committed.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken; the temporary file is gone.</exception>
    public void CompleteTemporary(long fromMs, long toMs, int coveredSegment)
    {
        EndDataPage();
        EndKeyPage();
        var keyEntries = new List<(PageEntry, int)>(_keyPages.Count);
        foreach (var (packed, entry, firstChunk) in _keyPages)
        {
            keyEntries.Add((entry with { Offset = _position }, firstChunk));
            Write(packed);
        }

        Span<byte> header = stackalloc byte[BlockFormat.HeaderBytes];
        BlockFormat.WriteHeader(header, _kind);
        _file.Write(header, 0);
        var totals = new BlockTotals(fromMs, toMs, OldestMs, NewestMs, coveredSegment, Series, Chunks, Samples);
        byte[] index = _index.Complete(totals, _dataPages, keyEntries);
        long indexAt = _position;
        Write(index);
        Span<byte> footer = stackalloc byte[BlockFormat.FooterBytes];
        BlockFormat.WriteFooter(footer, indexAt, index);
        Write(footer);
        _file.Sync();
        _file.Dispose();
        _completed = true;
    }

    public void Dispose()
    {
        _compressor.Dispose();
        _file.Dispose();
        if (!_completed)
        {
            _disk.Delete(_temporaryPath);
        }
    }

    void EndDataPage()
    {
        if (_data.Count > 0)
        {
            _page.ResetWrittenCount();
            _data.CompleteTo(_page);
            var packed = Pack(_page.WrittenSpan);
            _dataPages.Add(Entry(_page.WrittenSpan, packed));
            Write(packed);
        }
    }

    void EndKeyPage()
    {
        if (_keysInPage > 0)
        {
            _page.ResetWrittenCount();
            WriteVarint(_page, _keysInPage);
            _page.Write(_keyPage.WrittenSpan);
            byte[] packed = Pack(_page.WrittenSpan).ToArray();
            _keyPages.Add((packed, Entry(_page.WrittenSpan, packed), _keyPageFirstChunk));
            _keyPage.ResetWrittenCount();
            _keysInPage = 0;
        }
    }

    PageEntry Entry(ReadOnlySpan<byte> page, ReadOnlySpan<byte> packed) =>
        new(_position, packed.Length, page.Length, XxHash3.HashToUInt64(packed));

    ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> page)
    {
        int bound = Compressor.GetCompressBound(page.Length);
        if (_packed.Length < bound)
        {
            _packed = new byte[bound];
        }

        return _packed.AsSpan(0, _compressor.Wrap(page, _packed));
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        _file.Write(bytes, _position);
        _position += bytes.Length;
    }

    static void WriteVarint(ArrayBufferWriter<byte> writer, int value) =>
        writer.Advance(Varint.Write(writer.GetSpan(Varint.LengthMax), (ulong)value));
}
