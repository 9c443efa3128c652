using Presage.Storage;

namespace Presage.Simulation;

/// <summary>An open file of a simulated disk.</summary>
sealed class SimulatedFile(SimulatedDisk disk, Inode inode, string path) : DiskFile
{
    bool _closed;

    public override long Length => inode.Length;

    public override int Read(Span<byte> bytes, long offset)
    {
        Begin(DiskOperation.Read);
        return inode.Read(bytes, offset);
    }

    public override void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (disk.BeginWrite(path, bytes.Length, inode.Length, offset, _closed) is var (part, error))
        {
            inode.Write(bytes[..part], offset);
            throw error;
        }

        inode.Write(bytes, offset);
    }

    public override void Allocate(long offset, long length)
    {
        Begin(DiskOperation.Allocate);
        disk.Reserve(offset + length - inode.Length);
        if (offset + length > inode.Length)
        {
            inode.Resize(offset + length);
        }
    }

    public override void Truncate(long length)
    {
        Begin(DiskOperation.Truncate);
        inode.Resize(length);
    }

    public override void Sync()
    {
        try
        {
            Begin(DiskOperation.Sync);
        }
        catch (IOException)
        {
            disk.SyncFailed(inode);
            throw;
        }

        inode.Sync();
    }

    public override void Dispose() => _closed = true;

    void Begin(DiskOperation operation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        disk.Begin(operation, path);
    }
}
