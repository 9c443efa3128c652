using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Presage.Storage;

/// <summary>
/// The few file operations of the store's writers, each behind the fault hook of the options, so that tests can break
/// the disk where and when they like.
/// </summary>
sealed partial class Disk(Action<DiskOperation>? before)
{
    // errno of Linux.
    const int NoSpace = 28;
    const int QuotaExceeded = 122;

    /// <summary>Makes a file for writing that must not exist yet.</summary>
    public SafeFileHandle Create(string path, DiskOperation operation)
    {
        before?.Invoke(operation);
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
    }

    /// <summary>Writes all bytes at a place; when it throws, some of them may have been written.</summary>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, DiskOperation operation)
    {
        before?.Invoke(operation);
        RandomAccess.Write(file, bytes, offset);
    }

    /// <summary>Hands what was written to the disk itself.</summary>
    public void Sync(SafeFileHandle file, DiskOperation operation)
    {
        before?.Invoke(operation);
        RandomAccess.FlushToDisk(file);
    }

    public void Truncate(SafeFileHandle file, long length)
    {
        before?.Invoke(DiskOperation.JournalTruncate);
        RandomAccess.SetLength(file, length);
    }

    /// <summary>
    /// Reserves room, which reads as zeros, so that a full disk shows before a write and fsync has no sizes to write.
    /// File systems that cannot do it are written to without.
    /// </summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Allocate(SafeFileHandle file, long offset, long length)
    {
        before?.Invoke(DiskOperation.JournalAllocate);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int error = AllocateOnLinux(file, offset, length);
        if (error is NoSpace or QuotaExceeded)
        {
            throw new IOException($"No space left to reserve {length} bytes.", error);
        }
    }

    /// <summary>Makes renames and new files of a folder survive power loss.</summary>
    public static void SyncFolder(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var handle = OpenPlain(folder, 0);
            if (!handle.IsInvalid)
            {
                _ = SyncFolderHandle(handle);
            }
        }
    }

    /// <summary>
    /// Opens a file for reading past the advisory lock that .NET would ask for; the lock file is read so.
    /// </summary>
    public static SafeFileHandle OpenUnlocked(string path) =>
        OperatingSystem.IsWindows()
            ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
            : OpenPlain(path, 0) is { IsInvalid: false } handle ? handle
                : throw new IOException($"{path} cannot be opened.");

    static int AllocateOnLinux(SafeFileHandle file, long offset, long length) =>
        Fallocate(file, 0, (nint)offset, (nint)length) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Fallocate(SafeFileHandle file, int mode, nint offset, nint length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle OpenPlain(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncFolderHandle(SafeFileHandle folder);
}
