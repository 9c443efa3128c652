namespace Presage.Storage;

/// <summary>
/// The numbers at the beginning of a block's index, in their order. Offsets count from the index' beginning.
/// </summary>
enum IndexField
{
    /// <summary>The span of time the block stands for: from, up to but not including.</summary>
    FromMs,
    ToMs,

    /// <summary>The oldest and newest timestamp in it.</summary>
    OldestMs,
    NewestMs,

    /// <summary>Samples of the span that stand in journal segments before this one are in the block.</summary>
    CoveredSegment,
    Series,
    Chunks,
    Samples,
    DataPages,
    DataPagesAt,
    KeyPages,
    KeyPagesAt,
    Hosts,
    HostsAt,
    Names,
    NamesAt,
    Values,
    ValuesAt,
    TextAt,
    TextBytes,
    PostingsAt,
    PostingsBytes,
    Count,
}
