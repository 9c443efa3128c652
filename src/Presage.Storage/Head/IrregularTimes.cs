namespace Presage.Storage;

/// <summary>
/// The irregular timestamps of a chunk, or of all chunks of one scrape. One chunk's alone are compressed, in the
/// shard's cells; shared ones are plain numbers, so that a series at any place in them can tell whether its next
/// timestamp is theirs.
/// </summary>
struct IrregularTimes
{
    public TimeStream Stream;
    public int FirstCell;
    public int LastCell;
    public int Bytes;

    /// <summary>The host's number; only its series look for the column.</summary>
    public int Host;

    /// <summary>Chunks whose timestamps begin these; an open one may make them longer.</summary>
    public int Users;

    /// <summary>Timestamps; a chunk has the first so many of them.</summary>
    public int Count;
    public int IntervalMs;
    public long FirstMs;

    /// <summary>Distances from the first timestamp, where the column is shared.</summary>
    public int[]? Offsets;
}
