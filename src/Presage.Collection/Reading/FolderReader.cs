using System.Runtime.InteropServices;

namespace Presage.Collection.Reading;

/// <summary>Lists a folder's names without allocating. The folder stays open from listing to listing.</summary>
sealed unsafe class FolderReader(string path) : IDisposable
{
    readonly byte[] _path = Sources.PathBytes(path);
    nint _folder;

    public string Path { get; } = path;

    /// <summary>Starts a listing; false where the folder cannot be opened.</summary>
    public bool TryBegin()
    {
        if (_folder != 0)
        {
            Libc.RewindFolder(_folder);
            return true;
        }

        fixed (byte* path = _path)
        {
            _folder = Libc.OpenFolder(path);
        }

        return _folder != 0;
    }

    /// <summary>The next name (valid until the next call), dot entries left out; false at the end.</summary>
    public bool TryNext(out ReadOnlySpan<byte> name)
    {
        while (_folder != 0 && Libc.ReadFolder(_folder) is var entry && entry != null)
        {
            name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(&entry->FirstNameByte);
            if (name.Length > 0 && name[0] != (byte)'.')
            {
                return true;
            }
        }

        name = default;
        return false;
    }

    public void Dispose()
    {
        if (_folder != 0)
        {
            _ = Libc.CloseFolder(_folder);
            _folder = 0;
        }
    }
}
