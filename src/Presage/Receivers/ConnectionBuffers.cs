// Hot path: per read of a connection.
using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Presage.Receivers;

/// <summary>
/// Blocks for what connections read and write, in place of Kestrel's own of 4 KB: the body of a large write request
/// comes by a few calls of the kernel instead of dozens. A connection without traffic holds none.
/// </summary>
sealed class ConnectionBuffers : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    const int BlockBytes = 32 << 10;

    /// <summary>Blocks beyond these are left to the garbage collector: 8 MB at most are kept.</summary>
    const int KeptMax = 256;

    readonly ConcurrentQueue<Block> _kept = new();

    public override int MaxBufferSize => BlockBytes;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        return _kept.TryDequeue(out var block) ? block : new Block(this);
    }

    /// <summary>Shared by all listeners of the server; there is nothing to free but what the collector frees.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    sealed class Block : IMemoryOwner<byte>
    {
        readonly ConnectionBuffers _pool;

        public Block(ConnectionBuffers pool)
        {
            _pool = pool;
            Memory = MemoryMarshal.CreateFromPinnedArray(
                GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);
        }

        public Memory<byte> Memory { get; }

        /// <summary>Gives the block back; its owner does so once.</summary>
        public void Dispose()
        {
            if (_pool._kept.Count < KeptMax)
            {
                _pool._kept.Enqueue(this);
            }
        }
    }
}
