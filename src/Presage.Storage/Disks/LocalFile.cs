using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Presage.Storage;

/// <summary>A file of the operating system.</summary>
sealed partial class LocalFile(SafeFileHandle handle) : DiskFile
{
    // errno of Linux.
    const int NoSpace = 28;
    const int QuotaExceeded = 122;

    public override long Length => RandomAccess.GetLength(handle);

    public override int Read(Span<byte> bytes, long offset) => RandomAccess.Read(handle, bytes, offset);

    public override void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

    public override void Allocate(long offset, long length)
    {
        if (!OperatingSystem.IsLinux() || Fallocate(handle, 0, (nint)offset, (nint)length) == 0)
        {
            return;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error is NoSpace or QuotaExceeded)
        {
            throw new IOException($"No space left to reserve {length} bytes.", error);
        }
    }

    public override void Truncate(long length) => RandomAccess.SetLength(handle, length);

    public override void Sync() => RandomAccess.FlushToDisk(handle);

    public override void Dispose() => handle.Dispose();

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Fallocate(SafeFileHandle file, int mode, nint offset, nint length);
}
