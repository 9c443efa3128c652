namespace Presage.Storage;

/// <summary>
/// The write-ahead log: numbered segment files that are only appended to. Every segment is whole in itself (it
/// registers each series before its first sample there), so segments can be deleted and damaged independently. One
/// caller at a time fills and writes groups; <see cref="Sync"/> may run beside it.
/// </summary>
sealed class JournalLog(string folder, Disk disk, int segmentBytesMax) : IDisposable
{
    /// <summary>Room is reserved in steps; a full disk shows at the next step, not in the middle of a frame.</summary>
    const int AllocationBytes = 4 << 20;

    /// <summary>
    /// A segment is closed when its registrations are a small part of it: with a million series they alone are 150 MB.
    /// </summary>
    const int BytesPerSeriesByte = 8;

    readonly Lock _lock = new();
    readonly List<JournalSegment> _sealed = [];
    readonly List<DiskFile> _unsynced = [];
    DiskFile? _file;
    long _allocated;
    long _position;
    long _seriesBytes;
    long _newestMs = long.MinValue;
    int _triedNumber;
    bool _dirty;

    /// <summary>The frames of the group being collected.</summary>
    public JournalBuffer Group { get; } = new();

    /// <summary>
    /// The number of the segment being written; series registered under another one must be registered again.
    /// </summary>
    public int Number { get; private set; }

    /// <summary>The number the next series gets in this segment.</summary>
    public int NextSeries { get; set; }

    /// <summary>Length of all segments.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _position + _sealed.Sum(s => s.Bytes);
            }
        }
    }

    /// <summary>Segments on disk, the one being written included.</summary>
    public int SegmentCount
    {
        get
        {
            lock (_lock)
            {
                return _sealed.Count + (_file is null ? 0 : 1);
            }
        }
    }

    /// <summary>The files of the closed segments: nobody writes to them any more.</summary>
    public IReadOnlyList<string> SealedPaths
    {
        get
        {
            lock (_lock)
            {
                return [.. _sealed.Select(static s => s.Path)];
            }
        }
    }

    /// <summary>The number of the oldest segment on disk.</summary>
    public int OldestNumber
    {
        get
        {
            lock (_lock)
            {
                return _sealed.Count == 0 ? Number : _sealed.Min(static s => s.Number);
            }
        }
    }

    public static string PathOf(string folder, int number) => Path.Combine(folder, $"{number:D8}.journal");

    /// <summary>The numbers of the segments in a folder, ascending.</summary>
    public static IReadOnlyList<int> NumbersIn(Disk disk, string folder)
    {
        var numbers = new List<int>();
        foreach (string path in disk.Files(folder, ".journal"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(path), out int number) && number >= 0)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    /// <summary>Takes a segment over that was found on disk.</summary>
    public void Adopt(JournalSegment segment)
    {
        lock (_lock)
        {
            _sealed.Add(segment);
            Number = Math.Max(Number, segment.Number);
        }
    }

    /// <summary>
    /// The next segment has this number at least. Blocks and deletions say which segments they cover; where those are
    /// gone (a snapshot of a store with an empty journal), new ones must not be taken for them.
    /// </summary>
    public void ContinueAt(int number) => Number = Math.Max(Number, number - 1);

    /// <summary>Begins a group: opens the first segment, or a new one when the current is full.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void BeginGroup()
    {
        Group.Clear();
        if (_file is null || _position >= Math.Max(segmentBytesMax, _seriesBytes * BytesPerSeriesByte))
        {
            Roll();
        }
    }

    /// <summary>Writes the group. When it throws, nothing of it will be read again and the segment is closed.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void Write(long newestMs)
    {
        var bytes = Group.Complete();
        if (bytes.IsEmpty)
        {
            return;
        }

        try
        {
            EnsureAllocated(bytes.Length);
            _file!.Write(bytes, _position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Seal();
            throw e is IOException ? e : new IOException(e.Message, e);
        }

        lock (_lock)
        {
            _position += bytes.Length;
            _seriesBytes += Group.SeriesBytes;
            _newestMs = Math.Max(_newestMs, newestMs);
            _dirty = true;
        }
    }

    /// <summary>Begins a new segment unless the current one is still empty.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void RollIfUsed()
    {
        if (_file is null || _position > JournalFormat.HeaderBytes)
        {
            Roll();
        }
    }

    /// <summary>Closes the current segment and begins the next.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void Roll()
    {
        Seal();
        // A number is tried once: the file of one that failed may not go away either.
        int number = _triedNumber = Math.Max(_triedNumber, Number) + 1;
        string path = PathOf(folder, number);
        DiskFile? file = null;
        try
        {
            file = disk.Create(path);
            file.Allocate(0, AllocationBytes);
            Span<byte> header = stackalloc byte[JournalFormat.HeaderBytes];
            JournalFormat.WriteHeader(header, number);
            file.Write(header, 0);
            disk.SyncFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (file is not null)
            {
                file.Dispose();
                TryDelete(path);
            }

            throw e is IOException ? e : new IOException(e.Message, e);
        }

        lock (_lock)
        {
            _file = file;
            _allocated = AllocationBytes;
            _position = JournalFormat.HeaderBytes;
            _seriesBytes = 0;
            _newestMs = long.MinValue;
            _dirty = true;
            Number = number;
            NextSeries = 0;
        }
    }

    /// <summary>Hands everything written before the call to the disk itself.</summary>
    /// <exception cref="IOException">The disk is broken: what was written may not survive power loss.</exception>
    public void Sync()
    {
        DiskFile[] old;
        DiskFile? current;
        lock (_lock)
        {
            old = [.. _unsynced];
            _unsynced.Clear();
            current = _dirty ? _file : null;
            _dirty = false;
        }

        Exception? broken = null;
        foreach (var file in old)
        {
            using (file)
            {
                broken = TrySync(file) ?? broken;
            }
        }

        broken = current is null ? broken : TrySync(current) ?? broken;
        if (broken is not null)
        {
            UnsyncedMark.Set(disk, folder);
            throw new IOException(broken.Message, broken);
        }
    }

    static Exception? TrySync(DiskFile file)
    {
        try
        {
            file.Sync();
            return null;
        }
        catch (ObjectDisposedException)
        {
            // The segment was sealed in between; another sync took it from the list, wrote and closed it.
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    /// <summary>Closes the current segment; a partly written group behind its end is cut off.</summary>
    public void Seal()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            _file.Truncate(_position);
        }
        catch (IOException)
        {
            // At worst a request that was refused is replayed; the segment is not written to again.
        }

        lock (_lock)
        {
            _sealed.Add(new JournalSegment(Number, PathOf(folder, Number), _position, _newestMs));
            _unsynced.Add(_file);
            _file = null;
            _position = 0;
        }
    }

    /// <summary>Deletes closed segments before the given one whose samples are all older than the given time.</summary>
    public int DeleteCovered(int beforeNumber, long beforeMs)
    {
        List<JournalSegment> covered;
        lock (_lock)
        {
            covered = _sealed.FindAll(s => s.Number < beforeNumber && s.NewestMs < beforeMs);
        }

        foreach (var segment in covered)
        {
            disk.Delete(segment.Path);
        }

        if (covered.Count > 0)
        {
            // A segment that power loss brings back would bring back what is deleted from the blocks by then.
            disk.SyncFolder(folder);
        }

        lock (_lock)
        {
            _sealed.RemoveAll(covered.Contains);
        }

        return covered.Count;
    }

    public void Dispose()
    {
        Seal();
        foreach (var file in _unsynced)
        {
            file.Dispose();
        }

        _unsynced.Clear();
    }

    /// <summary>Deletes a segment nothing was written to; where that fails, it is read as an empty one.</summary>
    void TryDelete(string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (IOException)
        {
            // The disk is broken, as the caller knows.
        }
    }

    void EnsureAllocated(int bytes)
    {
        if (_position + bytes + JournalFormat.FrameHeaderBytes > _allocated)
        {
            long step = Math.Max(AllocationBytes, bytes + JournalFormat.FrameHeaderBytes);
            _file!.Allocate(_allocated, step);
            _allocated += step;
        }
    }
}
