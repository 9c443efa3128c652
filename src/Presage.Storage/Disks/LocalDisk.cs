using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Presage.Storage;

/// <summary>The disk of the operating system.</summary>
sealed partial class LocalDisk : Disk
{
    /// <summary>What an error says of a file system that can't be written (errno of Unix).</summary>
    public const int ReadOnlyFileSystem = 30;

    // errno of Linux.
    const int InputOutput = 5;
    const int NoSpace = 28;
    const int QuotaExceeded = 122;

    LocalDisk()
    {
    }

    public static LocalDisk Instance { get; } = new();

    public override void CreateFolder(string folder) => Directory.CreateDirectory(folder);

    public override IDisposable Lock(string folder) => FolderLock.Take(folder);

    public override IReadOnlyList<string> Files(string folder, string ending) =>
        Directory.Exists(folder) ? Sorted(Directory.GetFiles(folder, "*" + ending)) : [];

    public override IReadOnlyList<string> Folders(string folder) =>
        Directory.Exists(folder) ? Sorted(Directory.GetDirectories(folder)) : [];

    public override bool Exists(string path) => File.Exists(path);

    public override bool FolderExists(string folder) => Directory.Exists(folder);

    public override long LengthOf(string path) => new FileInfo(path).Length;

    public override DiskFile Create(string path)
    {
        try
        {
            return new LocalFile(
                File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override DiskFile Open(string path) => new LocalFile(
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    public override DiskFile OpenForWriting(string path) => new LocalFile(
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));

    public override MappedFile Map(string path)
    {
        // The view holds the mapping: closing the file at once leaves the memory valid until the handle is released.
        using var mapping = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        var handle = view.SafeMemoryMappedViewHandle;
        nint address = handle.DangerousGetHandle() + (nint)view.PointerOffset;
        return new MappedFile(handle, address, checked((int)LengthOf(path)));
    }

    public override void Move(string from, string to, bool overwrite) => File.Move(from, to, overwrite);

    public override void Link(string existing, string name)
    {
        bool linked = OperatingSystem.IsWindows() ? LinkOnWindows(name, existing, 0) : LinkOnUnix(existing, name) == 0;
        if (!linked)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException(
                $"{name} cannot be linked to {existing}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    public override void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing to delete.
        }
    }

    public override void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public override void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = OpenPlain(folder, 0);
        if (!handle.IsInvalid && SyncHandle(handle) != 0 &&
            Marshal.GetLastPInvokeError() is (InputOutput or NoSpace or QuotaExceeded) and var error)
        {
            throw new IOException(
                $"The folder {folder} cannot be synced: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    public override long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>
    /// Opens a file for reading past the advisory lock that .NET would ask for; the lock file is read so.
    /// </summary>
    public static SafeFileHandle OpenUnlocked(string path) =>
        OperatingSystem.IsWindows()
            ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
            : OpenPlain(path, 0) is { IsInvalid: false } handle ? handle
                : throw new IOException($"{path} cannot be opened.");

    static string[] Sorted(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle OpenPlain(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncHandle(SafeFileHandle folder);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LinkOnUnix(string existing, string name);

    [LibraryImport(
        "kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool LinkOnWindows(string name, string existing, nint security);
}
