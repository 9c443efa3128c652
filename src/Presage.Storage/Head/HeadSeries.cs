using System.Runtime.CompilerServices;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The state of one active series: identity, newest sample, the open chunk and its last samples still uncompressed.
/// Lives in large slabs (<see cref="SeriesSlabs"/>). All but the identity is guarded by the shard's lock.
/// <para>
/// Its order is that of need. Places are 160 bytes apart and begin at a multiple of 32, so that what looking up,
/// journalling and appending an ordinary sample take, the first 96 bytes, always lies in two lines of the cache; the
/// rest is for every fourth sample, which is compressed.
/// </para>
/// </summary>
struct HeadSeries
{
    /// <summary>Size of a place.</summary>
    public const int Bytes = 160;

    /// <summary>Uncompressed samples are compressed four at a time.</summary>
    public const int TailMax = 4;

    /// <summary>Stands for the key. Written once before the series is published, like all of its identity.</summary>
    public SeriesFingerprint Fingerprint;

    /// <summary>The newest sample's; <see cref="long.MinValue"/> where there is none yet.</summary>
    public long LastMs;

    /// <summary>The value journalled last in its segment, 0 at first: frames tell what changed.</summary>
    public long JournalBits;

    /// <summary>
    /// The segment <see cref="JournalId"/> counts in; another one means that the series must be registered again.
    /// </summary>
    public int JournalSegment;
    public int JournalId;

    /// <summary>Identity: the number of its host.</summary>
    public int Host;

    /// <summary>The distance of the open chunk's timestamps while they are regular.</summary>
    public int IntervalMs;

    /// <summary>From <see cref="LastMs"/> to the end of its hour: chunks do not cross hours.</summary>
    public int HourLeftMs;

    /// <summary>Number of the irregular time stream, from 1; 0 while timestamps are regular.</summary>
    public int Times;

    /// <summary>Samples of the open chunk, and those of them that are not compressed yet.</summary>
    public byte Count;
    public byte TailCount;

    /// <summary>Identity: the number of its shard.</summary>
    public byte Shard;

    /// <summary>Whether the place holds a series; written when all of the identity is.</summary>
    public bool IsUsed;

    public TailValues Tail;

    /// <summary>The open chunk's first timestamp.</summary>
    public long FirstMs;

    /// <summary>Identity: <see cref="SeriesKey.Hash"/> of the key.</summary>
    public ulong KeyHash;

    /// <summary>The compressed values of the open chunk.</summary>
    public ValueStream Values;
    public int FirstCell;
    public int LastCell;
    public int ValueBytes;

    /// <summary>Identity: where the key is.</summary>
    public int Key;

    /// <summary>Number of the newest closed chunk, from 1; 0 where there is none.</summary>
    public int Closed;

    /// <summary>Number of the run of late samples, from 1; 0 where there are none.</summary>
    public int Late;

    /// <summary>Samples of the open chunk that are compressed already.</summary>
    public readonly int Compressed => Count - TailCount;

    /// <summary>Whether the next sample fills the tail.</summary>
    public readonly bool NextIsCompressed => TailCount == TailMax - 1;

    /// <summary>
    /// The newest sample's value: the last place of the tail keeps it when the tail was compressed.
    /// </summary>
    public double LastValue
    {
        readonly get => Tail[(TailCount - 1) & (TailMax - 1)];
        set => Tail[(TailCount - 1) & (TailMax - 1)] = value;
    }

    [InlineArray(TailMax)]
    public struct TailValues
    {
        double _first;
    }
}
