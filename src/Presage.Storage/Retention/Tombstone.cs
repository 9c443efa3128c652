using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// A deletion that is not carried out in all files yet. It is for what was stored when it was asked for, all of which
/// is in blocks then, and perhaps in the journal besides; what comes later lies in the head, in blocks of higher
/// numbers and in later segments.
/// </summary>
/// <param name="Number">Counts up.</param>
/// <param name="Matchers">The series.</param>
/// <param name="Range">The span of their samples, both ends included.</param>
/// <param name="BeforeBlock">It is for blocks of lower numbers.</param>
/// <param name="BeforeSegment">It is for journal segments of lower numbers.</param>
sealed record Tombstone(
    int Number, IReadOnlyList<LabelMatcher> Matchers, TimeRange Range, int BeforeBlock, int BeforeSegment)
{
    /// <summary>
    /// The numbers of deletions that a version before wrote: those are for all there is until they are carried out.
    /// </summary>
    public const int All = int.MaxValue;

    /// <summary>Whether it is for what is in memory, too.</summary>
    public bool IsForHead => BeforeBlock == All;

    /// <summary>The deletions that are for a series.</summary>
    public static IReadOnlyList<Tombstone> For(LabelSet labels, Tombstone[] all)
    {
        List<Tombstone>? some = null;
        foreach (var tombstone in all)
        {
            if (tombstone.Matches(labels))
            {
                (some ??= []).Add(tombstone);
            }
        }

        return some ?? (IReadOnlyList<Tombstone>)[];
    }

    /// <summary>Whether it is for a block.</summary>
    public bool IsFor(Block block) => block.FileNumber < BeforeBlock;

    /// <summary>
    /// Takes what it deletes out of a series' samples of a block, those from a place on; whether there were any.
    /// </summary>
    public bool DropFrom(Block block, SampleColumns columns, int start) =>
        IsFor(block) && SampleRanges.Drop(columns, start, Range);

    /// <summary>The same of buckets.</summary>
    public void DropFrom(Block block, RollupColumns buckets, int start, long stepMs)
    {
        if (IsFor(block))
        {
            BucketOrder.Drop(buckets, start, Range, stepMs);
        }
    }

    bool Matches(LabelSet labels)
    {
        foreach (var matcher in Matchers)
        {
            if (!matcher.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }
}
