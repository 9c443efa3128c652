using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Presage.Agent;

/// <summary>
/// Request bodies that wait for the server, in files of one folder, in order. A segment file is appended to until it is
/// full and deleted when all of it was acknowledged. A record is: length (4 bytes), sequence number (8), XXH3 of the
/// body seeded with the sequence number (8), body; little-endian. Records survive kill -9 (they are with the kernel
/// when <see cref="Append"/> returns); nothing is synced, so a power cut may cost the last seconds: a record that is
/// not whole ends its segment. The file
/// <c>acknowledged</c> holds the last acknowledged number, so that a restart sends little twice (the server takes
/// repeats as such). Not thread-safe.
/// </summary>
sealed class Spool : IDisposable
{
    /// <summary>The smallest bound: with less, segments would hold single records.</summary>
    public const long BytesMin = 1 << 20;

    const int HeaderBytes = 4 + 8 + 8, BodyBytesMax = 64 << 20;
    const string Suffix = ".spool";

    readonly string _folder;
    readonly long _bytesMax;
    readonly long _segmentBytesMax;
    readonly FileStream _lock;
    readonly FileStream _acknowledgedFile;
    readonly List<SpoolSegment> _segments = [];
    byte[] _body = [];
    ulong _acknowledged;

    Spool(string folder, long bytesMax, FileStream lockFile)
    {
        _folder = folder;
        _bytesMax = bytesMax;
        _segmentBytesMax = Math.Clamp(bytesMax / 16, 64 << 10, 8 << 20);
        _lock = lockFile;
        _acknowledgedFile = new FileStream(
            Path.Join(folder, "acknowledged"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read,
                bufferSize: 0);
        ReadAcknowledged();
        Recover();
    }

    /// <summary>Bytes on disk.</summary>
    public long Bytes { get; private set; }

    /// <summary>Records that were dropped because the spool was full, since the start.</summary>
    public long Dropped { get; private set; }

    /// <summary>Damaged bytes cut off when the spool was opened.</summary>
    public long DamagedBytes { get; private set; }

    /// <summary>The number the next record gets at least.</summary>
    public ulong NextSequence { get; private set; } = 1;

    public bool IsEmpty => _segments.TrueForAll(segment => segment.IsDone);

    /// <summary>Records that wait.</summary>
    public int Count => _segments.Sum(segment => segment.Waiting);

    /// <summary>Opens or makes the folder; false with a sentence when it cannot be used.</summary>
    public static bool TryOpen(string folder, long bytesMax, out Spool? spool, out string error)
    {
        spool = null;
        error = "";
        FileStream? lockFile = null;
        try
        {
            Directory.CreateDirectory(folder);
            lockFile = new FileStream(Path.Join(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                FileShare.None);
            spool = new Spool(folder, bytesMax, lockFile);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = lockFile is null && File.Exists(Path.Join(folder, "lock")) && e is IOException
                ? $"--spool \"{folder}\" is in use by another presage-agent. Stop it, or give another folder."
                : $"--spool \"{folder}\" cannot be used: {e.Message} Give a folder this account may write.";
            lockFile?.Dispose();
            return false;
        }
    }

    /// <summary>Appends a body. Drops the oldest segment when the bound is reached.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public void Append(ulong sequence, ReadOnlySpan<byte> body)
    {
        int size = HeaderBytes + body.Length;
        while (Bytes + size > _bytesMax && _segments.Count > 0)
        {
            Dropped += _segments[0].Waiting;
            Delete(_segments[0]);
        }

        var last = _segments.Count > 0 ? _segments[^1] : null;
        if (last is null || last.Length + size > _segmentBytesMax || !last.IsWritable)
        {
            last?.Seal();
            string path = Path.Join(_folder, sequence.ToString("x16", CultureInfo.InvariantCulture) + Suffix);
            last = SpoolSegment.Create(path);
            _segments.Add(last);
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, body.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[4..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(header[12..], XxHash3.HashToUInt64(body, (long)sequence));
        last.Append(header, body);
        Bytes += size;
        NextSequence = sequence + 1;
    }

    /// <summary>The oldest record that was not acknowledged. The body is valid until the next call.</summary>
    public bool TryPeek(out ulong sequence, out ReadOnlyMemory<byte> body)
    {
        while (_segments.Count > 0)
        {
            var segment = _segments[0];
            if (TryReadRecord(segment, segment.ReadOffset, out sequence, out int length))
            {
                if (sequence > _acknowledged)
                {
                    body = _body.AsMemory(0, length);
                    return true;
                }

                segment.Advance(HeaderBytes + length);
                continue;
            }

            // Read to its end, or to damage that appeared since the start: what follows in this file cannot be found
            // again.
            Dropped += segment.Waiting;
            Delete(segment);
        }

        sequence = 0;
        body = default;
        return false;
    }

    /// <summary>Forgets the records up to a number.</summary>
    public void Acknowledge(ulong sequence)
    {
        _acknowledged = Math.Max(_acknowledged, sequence);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _acknowledged);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], ~_acknowledged);
        RandomAccess.Write(_acknowledgedFile.SafeFileHandle, bytes, 0);
        _ = TryPeek(out _, out _);
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        _acknowledgedFile.Dispose();
        _lock.Dispose();
    }

    void ReadAcknowledged()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (RandomAccess.Read(_acknowledgedFile.SafeFileHandle, bytes, 0) == bytes.Length)
        {
            ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            _acknowledged = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) == ~value ? value : 0;
        }
    }

    void Recover()
    {
        NextSequence = _acknowledged + 1;
        foreach (string path in Directory.GetFiles(_folder, "*" + Suffix).Order(StringComparer.Ordinal))
        {
            var segment = SpoolSegment.Open(path);
            _segments.Add(segment);
            Bytes += segment.Length;
            long at = 0;
            int count = 0;
            while (TryReadRecord(segment, at, out ulong sequence, out int length))
            {
                at += HeaderBytes + length;
                count++;
                NextSequence = Math.Max(NextSequence, sequence + 1);
            }

            DamagedBytes += segment.Length - at;
            Bytes -= segment.Length - at;
            segment.Recovered(at, count);
        }

        _ = TryPeek(out _, out _);
    }

    bool TryReadRecord(SpoolSegment segment, long offset, out ulong sequence, out int length)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        sequence = 0;
        length = 0;
        if (!segment.TryRead(offset, header))
        {
            return false;
        }

        length = BinaryPrimitives.ReadInt32LittleEndian(header);
        sequence = BinaryPrimitives.ReadUInt64LittleEndian(header[4..]);
        if (length is < 0 or > BodyBytesMax || offset + HeaderBytes + length > segment.Length)
        {
            return false;
        }

        if (_body.Length < length)
        {
            _body = new byte[length];
        }

        var body = _body.AsSpan(0, length);
        return segment.TryRead(offset + HeaderBytes, body)
            && XxHash3.HashToUInt64(body, (long)sequence) == BinaryPrimitives.ReadUInt64LittleEndian(header[12..]);
    }

    void Delete(SpoolSegment segment)
    {
        Bytes -= segment.Length;
        _segments.Remove(segment);
        segment.Delete();
    }
}
