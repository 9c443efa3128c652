namespace Presage.Storage;

/// <summary>Decides which blocks are merged: parts of hours, hours into four, four hours into days.</summary>
static class MergeSchedule
{
    const long DayMs = 86_400_000;
    const long HourMs = 3_600_000;

    /// <summary>
    /// Hours are joined by fours before they are joined into a day. Four, because with samples a minute or any whole
    /// part of it apart the chunks of four hours are full; the merge of the day then copies them.
    /// </summary>
    public const long SpanMs = 4 * HourMs;

    /// <summary>So many blocks are joined when no flush is to come any more.</summary>
    const int PartsMin = 3;

    /// <summary>So many blocks of an hour are joined while it lasts.</summary>
    const int EarlyPartsMin = 5;

    /// <summary>Blocks that are at most so many times as large as the smallest count as being of its size.</summary>
    const int SizeFactor = 3;

    /// <summary>The day (its beginning) that a time lies in.</summary>
    public static long DayOf(long timestampMs) => timestampMs - IntoDay(timestampMs);

    /// <summary>The four hours (their beginning) that a time lies in.</summary>
    public static long SpanOf(long timestampMs) => DayOf(timestampMs) + (IntoDay(timestampMs) / SpanMs * SpanMs);

    /// <summary>
    /// The blocks of an hour that are joined into one, because it is in several: early flushes and late samples make
    /// them. While the hour lasts those of one size are, so that each sample is written once more at most; then all.
    /// </summary>
    public static IReadOnlyList<Block[]> DueParts(IReadOnlyCollection<Block> raw, long nowMs, TimeSpan settled)
    {
        long before = nowMs - (long)settled.TotalMilliseconds;
        var due = new List<Block[]>();
        foreach (var hour in raw.Where(static b => IsWithin(b, HourMs) && !IsFull(b)).GroupBy(b => b.Totals.FromMs))
        {
            bool isOver = hour.Key + HourMs <= before;
            Block[] parts = isOver ? [.. hour] : OfOneSize([.. hour]);
            if (parts.Length >= (isOver ? PartsMin : EarlyPartsMin))
            {
                due.Add(parts);
            }
        }

        return due;
    }

    /// <summary>
    /// The blocks of each four hours that are joined into one, so that queries of the last day look into a few: when
    /// the last hour is in a block and the journal no longer holds what one covers (as with days, see
    /// <see cref="Due"/>). What comes late afterwards is joined when it is in several blocks.
    /// </summary>
    public static IReadOnlyList<Block[]> DueSpans(
        IReadOnlyCollection<Block> raw, long nowMs, TimeSpan settled, int oldestSegment)
    {
        long before = nowMs - (long)settled.TotalMilliseconds;
        return [.. raw
            .Where(static b => IsWithin(b, SpanMs))
            .GroupBy(static b => SpanOf(b.Totals.FromMs))
            .Where(span => span.Key + SpanMs <= before && span.All(b => b.Totals.CoveredSegment <= oldestSegment))
            .Where(span => span.Count(b => !IsJoined(b)) >= (span.Any(IsJoined) ? PartsMin : 2))
            .OrderBy(static span => span.Key)
            .Select(static span => span.ToArray())];
    }

    /// <summary>
    /// The days with blocks that no merge has seen, oldest first. A day is due when its last hour is in a block and
    /// late samples are refused, and when the journal no longer holds what a block covers: merged blocks cover
    /// nothing, so a journal replayed after a merge would bring samples twice (harmless) or deleted ones back.
    /// </summary>
    public static IReadOnlyList<long> Due(
        IReadOnlyCollection<Block> raw, long nowMs, TimeSpan settled, int oldestSegment)
    {
        long before = nowMs - (long)settled.TotalMilliseconds;
        return [.. raw
            .Where(b => b.Kind == BlockKind.Flushed)
            .GroupBy(b => DayOf(b.Totals.FromMs))
            .Where(day => day.Key + DayMs <= before && day.All(b => b.Totals.CoveredSegment <= oldestSegment))
            .Select(day => day.Key)
            .Order()];
    }

    static long IntoDay(long timestampMs) => ((timestampMs % DayMs) + DayMs) % DayMs;

    static bool IsWithin(Block block, long lengthMs) =>
        block.Kind == BlockKind.Flushed && block.Totals.ToMs - block.Totals.FromMs <= lengthMs;

    static bool IsJoined(Block block) => block.Totals.ToMs - block.Totals.FromMs > HourMs;

    /// <summary>A merge that has grown so large begins another file; joining those would change nothing.</summary>
    static bool IsFull(Block block) =>
        block.FileBytes >= BlockSet.BlockBytesTarget || block.Totals.Series >= BlockSet.SeriesTarget;

    /// <summary>The most blocks that are of about one size.</summary>
    static Block[] OfOneSize(Block[] parts)
    {
        Block[] most = [];
        foreach (var smallest in parts)
        {
            var some = Array.FindAll(
                parts, b => b.FileBytes >= smallest.FileBytes && b.FileBytes <= smallest.FileBytes * SizeFactor);
            most = some.Length > most.Length ? some : most;
        }

        return most;
    }
}
