namespace Presage.Storage;

/// <summary>
/// All the store asks of a disk, so that another can stand for it: tests break one where and when they like, the
/// simulation loses what was not synced. One call per file operation, never per sample.
/// </summary>
abstract class Disk
{
    /// <summary>Makes a folder, and those above it, where it is missing.</summary>
    /// <exception cref="IOException">The disk is full or broken, or the folder may not be made.</exception>
    public abstract void CreateFolder(string folder);

    /// <summary>Takes a folder for this process until the result is disposed.</summary>
    /// <exception cref="DataFolderLockedException">Another process, or another store of this one, holds
    /// it.</exception>
    public abstract IDisposable Lock(string folder);

    /// <summary>The paths of a folder's files that end so, in ordinal order; none where the folder is
    /// missing.</summary>
    public abstract IReadOnlyList<string> Files(string folder, string ending);

    /// <summary>The paths of a folder's folders, in ordinal order; none where the folder is missing.</summary>
    public abstract IReadOnlyList<string> Folders(string folder);

    /// <summary>Whether a file has that name.</summary>
    public abstract bool Exists(string path);

    /// <summary>Whether a folder has that name.</summary>
    public abstract bool FolderExists(string folder);

    /// <summary>Length of a file in bytes.</summary>
    public abstract long LengthOf(string path);

    /// <summary>Makes a file for reading and writing that must not exist yet.</summary>
    /// <exception cref="IOException">The disk is full or broken, or the file may not be made.</exception>
    public abstract DiskFile Create(string path);

    /// <summary>Opens a file for reading.</summary>
    public abstract DiskFile Open(string path);

    /// <summary>Opens a file that exists for reading and writing.</summary>
    public abstract DiskFile OpenForWriting(string path);

    /// <summary>Maps a whole file that is not empty for reading.</summary>
    public abstract MappedFile Map(string path);

    /// <summary>
    /// Renames a file in one step, over another where that is allowed. Survives power loss once the folder is synced.
    /// </summary>
    public abstract void Move(string from, string to, bool overwrite);

    /// <summary>Gives a file a second name on the same file system (for snapshots).</summary>
    public abstract void Link(string existing, string name);

    /// <summary>Deletes a file; it may be missing. Survives power loss once the folder is synced.</summary>
    public abstract void Delete(string path);

    /// <summary>Deletes a folder with all in it; it may be missing.</summary>
    public abstract void DeleteFolder(string folder);

    /// <summary>Makes new files, renames and deletions of a folder survive power loss.</summary>
    public abstract void SyncFolder(string folder);

    /// <summary>Bytes that may still be written below a folder.</summary>
    public abstract long FreeBytes(string folder);

    /// <summary>Opens a file for reading from its beginning, with a buffer.</summary>
    public Stream OpenStream(string path, int bufferBytes) => new BufferedStream(
        new DiskStream(Open(path)), bufferBytes);

    /// <summary>Reads a whole file.</summary>
    public byte[] ReadAll(string path)
    {
        using var file = Open(path);
        byte[] bytes = new byte[file.Length];
        int at = 0;
        while (at < bytes.Length)
        {
            int read = file.Read(bytes.AsSpan(at), at);
            at = read > 0 ? at + read : throw new IOException($"{path} ends early.");
        }

        return bytes;
    }

    /// <summary>Copies a file to a name that is free; its content survives power loss.</summary>
    public void Copy(string from, string to)
    {
        using var source = Open(from);
        using var target = Create(to);
        byte[] bytes = new byte[1 << 20];
        for (long at = 0; source.Read(bytes, at) is > 0 and var read; at += read)
        {
            target.Write(bytes.AsSpan(0, read), at);
        }

        target.Sync();
    }

    /// <summary>
    /// Gives a small file new content in one step that survives power loss: written beside as <c>*.tmp</c>, synced,
    /// renamed.
    /// </summary>
    public void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".tmp";
        Delete(temporary);
        try
        {
            using (var file = Create(temporary))
            {
                file.Write(content, 0);
                file.Sync();
            }

            Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            Delete(temporary);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(path)!);
    }
}
