using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The spans of time whose roll-ups are not, or not all, in files: days with blocks that no merge has seen, and the
/// newest time, which is in the head. For those, buckets are computed from raw samples.
/// </summary>
static class RollupSpans
{
    const long DayMs = 86_400_000;

    /// <summary>The spans within a range, ascending, apart from each other.</summary>
    public static List<TimeRange> Unwritten(Block[] raw, Block[] rollups, long headFromMs, TimeRange range)
    {
        // Whole days only: a day's files are written together.
        var days = new SortedSet<long>();
        foreach (var block in raw)
        {
            if (block.Kind == BlockKind.Flushed && block.Overlaps(range))
            {
                days.Add(MergeSchedule.DayOf(block.Totals.FromMs));
            }
        }

        if (rollups.Length == 0)
        {
            return [range];
        }

        long openFromMs = MergeSchedule.DayOf(Math.Min(headFromMs, rollups[^1].Totals.ToMs));
        var spans = new List<TimeRange>();
        foreach (long dayMs in days.Where(d => d < openFromMs))
        {
            Add(spans, new TimeRange(dayMs, dayMs + DayMs - 1), range);
        }

        Add(spans, new TimeRange(openFromMs, long.MaxValue), range);
        return spans;
    }

    static void Add(List<TimeRange> spans, TimeRange span, TimeRange range)
    {
        long from = Math.Max(span.FromMs, range.FromMs), to = Math.Min(span.ToMs, range.ToMs);
        if (from > to)
        {
            return;
        }

        if (spans.Count > 0 && spans[^1].ToMs == from - 1)
        {
            spans[^1] = new TimeRange(spans[^1].FromMs, to);
        }
        else
        {
            spans.Add(new TimeRange(from, to));
        }
    }
}
