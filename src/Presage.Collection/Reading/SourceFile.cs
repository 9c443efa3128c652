namespace Presage.Collection.Reading;

/// <summary>
/// One file of /proc or /sys, kept open and read again from its start. A file that is missing or breaks (a device
/// unplugged) is closed and looked for again at every 60th read only.
/// </summary>
sealed class SourceFile(Sources sources, string path) : IDisposable
{
    const int ReadsBetweenTries = 60, Closed = -1;

    readonly byte[] _path = Sources.PathBytes(path);
    int _file = Closed;
    int _readsToSkip;

    public string Path { get; } = path;

    /// <summary>Reads the content; it is valid until the next read of any source.</summary>
    public unsafe bool TryRead(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (_file < 0)
        {
            if (_readsToSkip > 0)
            {
                _readsToSkip--;
                return false;
            }

            fixed (byte* name = _path)
            {
                _file = Libc.Open(name, Libc.ReadOnlyCloseOnExec, 0);
            }
        }

        if (_file >= 0 && sources.TryRead(_file, out content))
        {
            return true;
        }

        Dispose();
        _readsToSkip = ReadsBetweenTries - 1;
        return false;
    }

    public void Dispose()
    {
        if (_file >= 0)
        {
            _ = Libc.Close(_file);
            _file = Closed;
        }
    }
}
