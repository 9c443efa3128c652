namespace Presage.Storage;

/// <summary>The merges that the blocks there are ask for.</summary>
sealed class DueMerges(BlockTiers tiers, JournalLog journal, StorageOptions options)
{
    const long DayMs = 86_400_000;

    /// <summary>The merges that are due: days, four hours, parts of hours.</summary>
    public List<MergeJob> At(long nowMs)
    {
        var raw = tiers.Raw.Current;
        var flushed = options.FlushDelay + TimeSpan.FromMinutes(2);
        var jobs = new List<MergeJob>();
        var settled = options.PastMax + options.FlushDelay + TimeSpan.FromHours(1);
        foreach (long dayMs in MergeSchedule.Due(raw, nowMs, settled, journal.OldestNumber))
        {
            jobs.Add(WholeDay(dayMs));
        }

        foreach (var blocks in MergeSchedule.DueSpans(raw, nowMs, flushed, journal.OldestNumber))
        {
            long fromMs = MergeSchedule.SpanOf(blocks[0].Totals.FromMs);
            if (!jobs.Exists(day => day.FromMs <= fromMs && day.ToMs > fromMs))
            {
                jobs.Add(Joining(blocks, fromMs, fromMs + MergeSchedule.SpanMs, covered: 0));
            }
        }

        foreach (var parts in MergeSchedule.DueParts(raw, nowMs, flushed))
        {
            long fromMs = parts[0].Totals.FromMs;
            if (!jobs.Exists(job => job.FromMs <= fromMs && job.ToMs > fromMs))
            {
                // What the part that knows most of the journal says of it holds for all of them together.
                var newest = parts.MaxBy(static b => b.Totals.CoveredSegment)!.Totals;
                jobs.Add(Joining(parts, fromMs, newest.ToMs, newest.CoveredSegment));
            }
        }

        return jobs;
    }

    /// <summary>Makes one block of several, or the same one anew.</summary>
    public static MergeJob Joining(Block[] blocks, long fromMs, long toMs, int covered) => new()
    {
        FromMs = fromMs,
        ToMs = toMs,
        Raw = blocks,
        Kind = BlockKind.Flushed,
        CoveredSegment = covered,
    };

    /// <summary>The blocks of samples of a day.</summary>
    public Block[] Raw(long dayMs) => OfDay(tiers.Raw, dayMs);

    /// <summary>The roll-ups of a day.</summary>
    public Block[] Rollups(long dayMs) => [.. OfDay(tiers.FiveMinutes, dayMs), .. OfDay(tiers.OneHour, dayMs)];

    MergeJob WholeDay(long dayMs)
    {
        Block[] raw = Raw(dayMs), rollups = Rollups(dayMs);
        return new MergeJob
        {
            FromMs = dayMs,
            ToMs = dayMs + DayMs,
            Raw = raw,
            Rollups = rollups,
            IsRawComplete = rollups.Length == 0 || Array.Exists(raw, static b => b.Kind == BlockKind.Merged),
        };
    }

    static Block[] OfDay(BlockList list, long dayMs) =>
        Array.FindAll(list.Current, b => MergeSchedule.DayOf(b.Totals.FromMs) == dayMs);
}
