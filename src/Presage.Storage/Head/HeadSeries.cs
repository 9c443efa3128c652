using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>
/// The state of one active series: identity, newest sample, the open chunk and its last samples still uncompressed.
/// Lives in large arrays (<see cref="SeriesSlabs"/>). All but the identity is guarded by the shard's lock.
/// </summary>
struct HeadSeries
{
    /// <summary>Uncompressed samples are compressed four at a time.</summary>
    public const int TailMax = 4;

    // Identity, written once before the series is published.
    public ulong KeyHash;
    public int Key;
    public int Host;

    /// <summary>
    /// The segment <see cref="JournalId"/> counts in; another one means that the series must be registered again.
    /// </summary>
    public int JournalSegment;
    public int JournalId;

    /// <summary>The value journalled last in that segment, 0 at first: frames tell what changed.</summary>
    public long JournalBits;

    /// <summary>The newest sample; <see cref="long.MinValue"/> where there is none yet.</summary>
    public long LastMs;
    public long LastBits;

    /// <summary>
    /// The open chunk: its first timestamp, the distance of the next ones while they are regular, samples so far.
    /// </summary>
    public long FirstMs;
    public int IntervalMs;

    /// <summary>From <see cref="FirstMs"/> to the end of its hour: chunks do not cross hours.</summary>
    public int HourLeftMs;

    /// <summary>Number of the irregular time stream, from 1; 0 while timestamps are regular.</summary>
    public int Times;
    public ushort Count;
    public ushort TailCount;

    /// <summary>The compressed values of the open chunk.</summary>
    public ValueStream Values;
    public int FirstCell;
    public int LastCell;
    public int ValueBytes;

    /// <summary>Number of the newest closed chunk, from 1; 0 where there is none.</summary>
    public int Closed;

    /// <summary>Number of the run of late samples, from 1; 0 where there are none.</summary>
    public int Late;

    public TailValues Tail;

    /// <summary>Samples of the open chunk that are compressed already.</summary>
    public readonly int Compressed => Count - TailCount;

    /// <summary>Whether the place holds a series.</summary>
    public readonly bool IsUsed => Key >= 0;

    [InlineArray(TailMax)]
    public struct TailValues
    {
        double _first;
    }
}
