using Microsoft.Win32.SafeHandles;

namespace Presage.Agent;

/// <summary>One file of a <see cref="Spool"/>.</summary>
sealed class SpoolSegment : IDisposable
{
    readonly string _path;
    readonly SafeFileHandle _file;

    SpoolSegment(string path, FileMode mode)
    {
        _path = path;
        _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);
        Length = RandomAccess.GetLength(_file);
    }

    public long Length { get; private set; }

    /// <summary>Where the oldest waiting record starts.</summary>
    public long ReadOffset { get; private set; }

    /// <summary>Records not yet passed.</summary>
    public int Waiting { get; private set; }

    public bool IsWritable { get; private set; }

    public bool IsDone => ReadOffset >= Length;

    public static SpoolSegment Create(string path) => new(path, FileMode.Create) { IsWritable = true };

    /// <summary>A segment of an earlier run: read, never appended to.</summary>
    public static SpoolSegment Open(string path) => new(path, FileMode.Open);

    public void Append(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        try
        {
            RandomAccess.Write(_file, header, Length);
            RandomAccess.Write(_file, body, Length + header.Length);
        }
        catch (IOException)
        {
            // Half a record must not stay before later ones.
            IsWritable = false;
            RandomAccess.SetLength(_file, Length);
            throw;
        }

        Length += header.Length + body.Length;
        Waiting++;
    }

    public bool TryRead(long offset, Span<byte> bytes)
    {
        if (offset + bytes.Length > Length)
        {
            return false;
        }

        int read = 0;
        while (read < bytes.Length)
        {
            int more = RandomAccess.Read(_file, bytes[read..], offset + read);
            if (more == 0)
            {
                return false;
            }

            read += more;
        }

        return true;
    }

    public void Advance(int bytes)
    {
        ReadOffset += bytes;
        Waiting--;
    }

    /// <summary>Cuts the file after its last whole record.</summary>
    public void Recovered(long length, int records)
    {
        if (length < Length)
        {
            RandomAccess.SetLength(_file, length);
        }

        Length = length;
        Waiting = records;
    }

    public void Seal() => IsWritable = false;

    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();
}
