namespace Presage.Storage;

/// <summary>What a merge does with each series: the store's retention and deletions, or nothing at all.</summary>
interface IMergeRules
{
    /// <summary>The rules for the series of a key.</summary>
    SeriesRules For(ReadOnlySpan<byte> key);
}
