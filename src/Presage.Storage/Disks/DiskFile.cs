namespace Presage.Storage;

/// <summary>An open file of a <see cref="Disk"/>. Reading and writing at places; disposing closes it.</summary>
abstract class DiskFile : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Reads some bytes from a place on; 0 at the end of the file.</summary>
    /// <exception cref="IOException">The disk is broken there.</exception>
    public abstract int Read(Span<byte> bytes, long offset);

    /// <summary>Writes all bytes at a place; when it throws, some of them may have been written.</summary>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public abstract void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>
    /// Reserves room, which reads as zeros, so that a full disk shows before a write and fsync has no sizes to write.
    /// File systems that cannot do it are written to without.
    /// </summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public abstract void Allocate(long offset, long length);

    /// <summary>Sets its length.</summary>
    public abstract void Truncate(long length);

    /// <summary>Hands what was written to the disk itself: it survives power loss.</summary>
    /// <exception cref="IOException">The disk is broken: what was written since the last sync may be lost, and a
    /// later sync that succeeds says nothing about it.</exception>
    public abstract void Sync();

    public abstract void Dispose();
}
