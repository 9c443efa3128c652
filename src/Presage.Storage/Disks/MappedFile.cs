using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>
/// A file's bytes in memory. Whoever reads holds a lease, so that unmapping waits for the last reader.
/// </summary>
/// <param name="memory">Holds the memory; disposed with this, released after the last lease.</param>
/// <param name="address">Where the file's first byte lies.</param>
/// <param name="length">How many there are.</param>
sealed class MappedFile(SafeHandle memory, nint address, int length) : IDisposable
{
    /// <summary>All bytes; valid while a lease is held.</summary>
    public unsafe ReadOnlySpan<byte> Bytes => new((byte*)address, length);

    /// <summary>Keeps the file mapped until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file was unmapped.</exception>
    public Lease Borrow() => new(memory);

    public void Dispose() => memory.Dispose();

    /// <summary>Keeps a file mapped.</summary>
    public readonly ref struct Lease
    {
        readonly SafeHandle _memory;

        internal Lease(SafeHandle memory)
        {
            bool added = false;
            memory.DangerousAddRef(ref added);
            _memory = memory;
        }

        public void Dispose() => _memory.DangerousRelease();
    }
}
