namespace Presage.Storage;

/// <summary>Decides which days are merged.</summary>
static class MergeSchedule
{
    const long DayMs = 86_400_000;
    const long HourMs = 3_600_000;

    /// <summary>So many blocks of one hour are joined: early flushes and late samples make them.</summary>
    const int PartsMin = 3;

    /// <summary>The day (its beginning) that a time lies in.</summary>
    public static long DayOf(long timestampMs)
    {
        long into = timestampMs % DayMs;
        return timestampMs - (into < 0 ? into + DayMs : into);
    }

    /// <summary>
    /// The blocks of each hour that is in several, when its flush is over: queries of the day look into one then.
    /// </summary>
    public static IReadOnlyList<Block[]> DueHours(IReadOnlyCollection<Block> raw, long nowMs, TimeSpan settled)
    {
        long before = nowMs - (long)settled.TotalMilliseconds;
        return [.. raw
            .Where(b => b.Kind == BlockKind.Flushed && b.Totals.ToMs - b.Totals.FromMs <= HourMs)
            .GroupBy(b => b.Totals.FromMs)
            .Where(hour => hour.Key + HourMs <= before && hour.Count() >= PartsMin)
            .OrderBy(hour => hour.Key)
            .Select(hour => hour.ToArray())];
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
}
