using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// The spans of time whose roll-ups are not, or not all, in files: days with blocks that no merge has seen, the newest
/// time, which is in the head, and the buckets in which a deletion begins or ends that is not carried out yet. For
/// those, buckets are computed from raw samples.
/// </summary>
static class RollupSpans
{
    const long DayMs = 86_400_000;

    /// <summary>The spans within a range, ascending, apart from each other.</summary>
    public static List<TimeRange> Unwritten(
        Block[] raw, Block[] rollups, long headFromMs, TimeRange range, long stepMs, Tombstone[] deletions)
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
        List<TimeRange> spans = [.. days.Select(static d => new TimeRange(d, d + DayMs - 1))];
        spans.Add(new TimeRange(openFromMs, long.MaxValue));
        foreach (var deletion in deletions)
        {
            AddEdge(spans, deletion.Range.FromMs, stepMs);
            AddEdge(spans, deletion.Range.ToMs, stepMs);
        }

        spans.Sort(static (a, b) => a.FromMs.CompareTo(b.FromMs));
        var joined = new List<TimeRange>();
        spans.ForEach(span => Add(joined, span, range));
        return joined;
    }

    /// <summary>The bucket that a time lies in, unless that time is an open end.</summary>
    static void AddEdge(List<TimeRange> spans, long timestampMs, long stepMs)
    {
        if (timestampMs > long.MinValue + stepMs && timestampMs < long.MaxValue - stepMs)
        {
            long into = timestampMs % stepMs, fromMs = timestampMs - (into < 0 ? into + stepMs : into);
            spans.Add(new TimeRange(fromMs, fromMs + stepMs - 1));
        }
    }

    static void Add(List<TimeRange> spans, TimeRange span, TimeRange range)
    {
        long from = Math.Max(span.FromMs, range.FromMs), to = Math.Min(span.ToMs, range.ToMs);
        if (from > to)
        {
            return;
        }

        if (spans.Count > 0 && spans[^1].ToMs >= from - 1)
        {
            spans[^1] = spans[^1] with { ToMs = Math.Max(spans[^1].ToMs, to) };
        }
        else
        {
            spans.Add(new TimeRange(from, to));
        }
    }
}
