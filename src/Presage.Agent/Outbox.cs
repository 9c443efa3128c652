using Microsoft.Extensions.Logging;

namespace Presage.Agent;

/// <summary>
/// Bodies between the collectors and the server, in order. While the server answers they pass through memory only and
/// the disk stays idle; once <see cref="MemoryMax"/> wait, or a send failed, all go to the spool, and new ones behind
/// them, until the spool is empty again. So either memory or the spool holds bodies, never both. Without a spool memory
/// is bounded by bytes and the oldest are dropped. Thread-safe.
/// </summary>
sealed class Outbox(Spool? spool, ILogger logger) : IDisposable
{
    /// <summary>Bodies in memory before the spool takes over: what is lost at most by kill -9 of the agent.</summary>
    public const int MemoryMax = 2;

    /// <summary>Without a spool: 4 MiB, about six minutes of a second's samples each.</summary>
    const int MemoryBytesMax = 4 << 20;

    const int FreeBuffersMax = 4;

    // Guards all fields below and the spool.
    readonly Lock _lock = new();
    readonly Queue<Waiting> _memory = new();
    readonly Stack<byte[]> _free = new();
    readonly SemaphoreSlim _added = new(0, 1);
    byte[] _sending = [];
    ulong _nextSequence = spool?.NextSequence ?? 1;
    long _memoryBytes;
    long _dropped;
    bool _spoolIsBroken;

    /// <summary>Bodies that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _memory.Count + (spool?.Count ?? 0);
            }
        }
    }

    public long SpoolBytes
    {
        get
        {
            lock (_lock)
            {
                return spool?.Bytes ?? 0;
            }
        }
    }

    /// <summary>Bodies dropped for lack of space since the start.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return _dropped + (spool?.Dropped ?? 0);
            }
        }
    }

    /// <summary>Adds a body (copied).</summary>
    public void Add(ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            ulong sequence = _nextSequence++;
            if (spool is not null && (!spool.IsEmpty || _memory.Count >= MemoryMax))
            {
                MoveToSpool();
                AppendToSpool(sequence, body);
            }
            else
            {
                AddToMemory(sequence, body);
            }

            if (_added.CurrentCount == 0)
            {
                _added.Release();
            }
        }
    }

    /// <summary>
    /// The oldest body. It stays until acknowledged, and its bytes are valid until the next call. False when none
    /// waits.
    /// </summary>
    public bool TryPeek(out ulong sequence, out ReadOnlyMemory<byte> body)
    {
        lock (_lock)
        {
            if (_memory.TryPeek(out var first))
            {
                sequence = first.Sequence;
                body = first.Buffer.AsMemory(0, first.Length);
                return true;
            }

            if (spool is null || !spool.TryPeek(out sequence, out body))
            {
                sequence = 0;
                body = default;
                return false;
            }

            // The spool reuses its buffer when it is read or acknowledged, also while a request is under way.
            if (_sending.Length < body.Length)
            {
                _sending = new byte[body.Length];
            }

            body.CopyTo(_sending);
            body = _sending.AsMemory(0, body.Length);
            return true;
        }
    }

    /// <summary>Removes the oldest body if it still is the one with this number.</summary>
    public void Acknowledge(ulong sequence)
    {
        lock (_lock)
        {
            if (_memory.TryPeek(out var first))
            {
                if (first.Sequence == sequence)
                {
                    Recycle(_memory.Dequeue());
                }

                return;
            }

            spool?.Acknowledge(sequence);
        }
    }

    /// <summary>Puts what waits in memory on disk: the server does not answer, or the agent ends.</summary>
    public void SecureOnDisk()
    {
        lock (_lock)
        {
            MoveToSpool();
        }
    }

    /// <summary>Completes when a body was added since the last wait.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _added.WaitAsync(cancellationToken);

    public void Dispose() => _added.Dispose();

    void MoveToSpool()
    {
        if (spool is null || _memory.Count == 0)
        {
            return;
        }

        // Buffers are not recycled here: the first may be under way to the server.
        while (_memory.TryDequeue(out var waiting))
        {
            _memoryBytes -= waiting.Length;
            AppendToSpool(waiting.Sequence, waiting.Buffer.AsSpan(0, waiting.Length));
        }
    }

    void AppendToSpool(ulong sequence, ReadOnlySpan<byte> body)
    {
        try
        {
            spool!.Append(sequence, body);
            if (_spoolIsBroken)
            {
                _spoolIsBroken = false;
                Log.SpoolWritable(logger);
            }
        }
        catch (IOException e)
        {
            _dropped++;
            if (!_spoolIsBroken)
            {
                _spoolIsBroken = true;
                Log.SpoolNotWritable(logger, e.Message);
            }
        }
    }

    void AddToMemory(ulong sequence, ReadOnlySpan<byte> body)
    {
        while (_memoryBytes + body.Length > MemoryBytesMax && _memory.TryDequeue(out var oldest))
        {
            _memoryBytes -= oldest.Length;
            _dropped++;
        }

        byte[] buffer = _free.TryPop(out byte[]? free) && free.Length >= body.Length ? free
            : new byte[body.Length + 1024];
        body.CopyTo(buffer);
        _memoryBytes += body.Length;
        _memory.Enqueue(new Waiting(sequence, buffer, body.Length));
    }

    void Recycle(Waiting waiting)
    {
        _memoryBytes -= waiting.Length;
        if (_free.Count < FreeBuffersMax)
        {
            _free.Push(waiting.Buffer);
        }
    }

    readonly record struct Waiting(ulong Sequence, byte[] Buffer, int Length);
}
