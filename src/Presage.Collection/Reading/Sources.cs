using System.Text;

namespace Presage.Collection.Reading;

/// <summary>
/// The folders a machine's state is read from, and the one buffer all reads share: collectors run one after the other,
/// and each parses what it read before it reads again. Owns the files kept open.
/// </summary>
sealed class Sources(string procPath, string sysPath) : IDisposable
{
    /// <summary>Longest content taken of one source: 8 MiB, the connection table of about 50,000 sockets.</summary>
    const int ContentBytesMax = 8 << 20;

    readonly List<SourceFile> _files = [];
    byte[] _buffer = new byte[32 * 1024];

    public string ProcPath { get; } = procPath;

    public string SysPath { get; } = sysPath;

    /// <summary>A file under /proc that is read at every collection and therefore kept open.</summary>
    public SourceFile Proc(string path) => Keep(Path.Join(ProcPath, path));

    /// <summary>A file under /sys that is kept open.</summary>
    public SourceFile Sys(string path) => Keep(Path.Join(SysPath, path));

    /// <summary>A file that is opened for each read.</summary>
    public static byte[] PathBytes(params ReadOnlySpan<string> parts) =>
        Encoding.UTF8.GetBytes(Path.Join(parts) + '\0');

    /// <summary>Opens, reads and closes a file. The content is valid until the next read of any source.</summary>
    public unsafe bool TryReadOnce(ReadOnlySpan<byte> pathWithZero, out ReadOnlySpan<byte> content)
    {
        content = default;
        fixed (byte* path = pathWithZero)
        {
            int file = Libc.Open(path, Libc.ReadOnlyCloseOnExec, 0);
            if (file < 0)
            {
                return false;
            }

            bool read = TryRead(file, out content);
            _ = Libc.Close(file);
            return read;
        }
    }

    /// <summary>
    /// Reads a small file as text without surrounding space; null where it cannot be read. Allocates.
    /// </summary>
    public string? ReadText(params ReadOnlySpan<string> parts) =>
        TryReadOnce(PathBytes(parts), out var content) ? Encoding.UTF8.GetString(content).Trim() : null;

    /// <summary>Reads a small file as a number.</summary>
    public bool TryReadNumber(ReadOnlySpan<byte> pathWithZero, out double value)
    {
        value = 0;
        return TryReadOnce(pathWithZero, out var content) && new ByteScanner(content).TryReadNumber(out value);
    }

    /// <summary>
    /// Reads an open file from its start to its end: /proc hands out long tables in pieces of a page.
    /// </summary>
    public unsafe bool TryRead(int file, out ReadOnlySpan<byte> content)
    {
        int length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                if (length >= ContentBytesMax)
                {
                    break;
                }

                Array.Resize(ref _buffer, length * 2);
            }

            nint read;
            fixed (byte* start = &_buffer[length])
            {
                read = Libc.ReadAt(file, start, _buffer.Length - length, length);
            }

            if (read < 0)
            {
                content = default;
                return false;
            }

            if (read == 0)
            {
                break;
            }

            length += (int)read;
        }

        content = _buffer.AsSpan(0, length);
        return true;
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    SourceFile Keep(string path)
    {
        var file = new SourceFile(this, path);
        _files.Add(file);
        return file;
    }
}
