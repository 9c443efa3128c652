using System.Runtime.InteropServices;

namespace Presage.Collection.Reading;

/// <summary>
/// The system calls collectors make. Straight calls, because .NET's files allocate a handle per open, take advisory
/// locks and ask for lengths that /proc does not have. Structures are those of 64-bit Linux (glibc and musl).
/// </summary>
static unsafe partial class Libc
{
    public const int ReadOnlyCloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int file, byte* buffer, nint length, long offset);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "opendir")]
    public static partial nint OpenFolder(byte* path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    public static partial FolderEntry* ReadFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "rewinddir")]
    public static partial void RewindFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "closedir")]
    public static partial int CloseFolder(nint folder);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true)]
    public static partial int FileSystemState(byte* path, FileSystemNumbers* numbers);

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    public static partial int ClockState(ClockNumbers* numbers);

    /// <summary>struct dirent.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FolderEntry
    {
        public ulong Inode;
        public long Offset;
        public ushort RecordLength;
        public byte Type;
        public byte FirstNameByte;
    }

    /// <summary>struct statvfs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileSystemNumbers
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong BlocksFree;
        public ulong BlocksAvailable;
        public ulong Files;
        public ulong FilesFree;
        public ulong FilesAvailable;
        public ulong FileSystemId;
        public ulong Flags;
        public ulong NameMax;
        public fixed int Spare[6];
    }

    /// <summary>struct timex.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ClockNumbers
    {
        public uint Modes;
        public long Offset;
        public long Frequency;
        public long MaxError;
        public long EstimatedError;
        public int Status;
        public long Constant;
        public long Precision;
        public long Tolerance;
        public long Seconds;
        public long Microseconds;
        public long Tick;
        public long PpsFrequency;
        public long Jitter;
        public int Shift;
        public long Stability;
        public long JitterCount;
        public long CalibrationCount;
        public long ErrorCount;
        public long StabilityCount;
        public int TaiOffset;
        public fixed int Spare[11];
    }
}
