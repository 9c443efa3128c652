namespace Presage.Storage;

/// <summary>A complete chunk in the head, until a block holds it. Its columns lie in the shard's cells.</summary>
struct ClosedChunk
{
    /// <summary>Number of the chunk closed before it, from 1; 0 where there is none.</summary>
    public int Previous;
    public int FirstCell;
    public int LastCell;
    public int ValueBytes;
    public int IntervalMs;

    /// <summary>Number of its irregular timestamps, from 1; 0 where timestamps are regular.</summary>
    public int Times;
    public long FirstMs;
    public int LengthMs;
    public ushort Count;

    /// <summary>Memory that its irregular time stream takes for it alone.</summary>
    public ushort TimeBytes;

    /// <summary>A flush is writing it; the flush removes it when its block is in place.</summary>
    public bool IsFlushing;

    public readonly long LastMs => FirstMs + LengthMs;
}
