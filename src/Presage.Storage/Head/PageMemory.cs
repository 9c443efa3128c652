using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>
/// Memory straight from the operating system, all zero, at an address that does not change: for tables too large to be
/// copied when they grow, whose lines are touched in random order. On Linux it lies in pages of 2 MB where asked for,
/// so that each touch does not need an entry of the page table as well; elsewhere, and where the system has none, in
/// ordinary ones. Only what was touched takes memory. It goes back when it is disposed of or nobody holds this object
/// any more: who keeps a reference into it keeps this object.
/// </summary>
sealed unsafe partial class PageMemory : IDisposable
{
    public const int HugePageBytes = 2 << 20;

    /// <summary>A line of the cache.</summary>
    const int Alignment = 64;

    const int ReadWrite = 1 | 2, PrivateAnonymousNoReserve = 2 | 0x20 | 0x4000;
    const int DontNeed = 4, HugePage = 14;

    readonly nuint _bytes;
    byte* _start;

    /// <param name="bytes">How much.</param>
    /// <param name="hugeFrom">From here on huge pages are asked for.</param>
    public PageMemory(long bytes, long hugeFrom)
    {
        _bytes = (nuint)bytes;
        if (!OperatingSystem.IsLinux())
        {
            // The plain heap hands out large pieces as pages of their own, zeroed when they are touched.
            _start = (byte*)NativeMemory.AllocZeroed(_bytes + Alignment);
            Address = Align(_start, Alignment);
            return;
        }

        _bytes += HugePageBytes;
        _start = (byte*)Map(null, _bytes, ReadWrite, PrivateAnonymousNoReserve, -1, 0);
        if (_start == (byte*)-1)
        {
            _start = null;
            GC.SuppressFinalize(this);
            throw new InsufficientMemoryException($"The system has no {bytes} bytes of address space.");
        }

        Address = Align(_start, HugePageBytes);
        if (hugeFrom < bytes)
        {
            // Where the system refuses, ordinary pages do.
            _ = Advise(Address + hugeFrom, (nuint)(bytes - hugeFrom), HugePage);
        }
    }

    ~PageMemory() => Free();

    /// <summary>The first byte; a multiple of the line of a cache.</summary>
    public byte* Address { get; }

    /// <summary>Gives the pages of a part back, whose content is lost: zero, where the system can do that.</summary>
    /// <returns>Whether it is zero now and takes no memory.</returns>
    public static bool TryDrop(byte* address, long bytes) =>
        OperatingSystem.IsLinux() && Advise(address, (nuint)bytes, DontNeed) == 0;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        if (_start == null)
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_start, _bytes);
        }
        else
        {
            NativeMemory.Free(_start);
        }

        _start = null;
    }

    static byte* Align(byte* address, int alignment) =>
        (byte*)(((nuint)address + (nuint)alignment - 1) & ~((nuint)alignment - 1));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* at, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* at, nuint length, int advice);
}
