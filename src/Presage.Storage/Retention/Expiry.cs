namespace Presage.Storage;

/// <summary>How much of a block is older than it is to be kept.</summary>
enum Expiry
{
    None,

    /// <summary>Some series: the block is written anew without them.</summary>
    Part,

    /// <summary>All of it: the file is deleted.</summary>
    Whole,
}
