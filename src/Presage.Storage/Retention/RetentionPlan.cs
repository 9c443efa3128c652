using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// What retention and deletions say at one moment: for a series in a merge, and for a whole block. Pure but for the
/// postings it reads.
/// </summary>
sealed class RetentionPlan(StorageOptions options, Tombstone[] deletions, long nowMs) : IMergeRules
{
    readonly SeriesRules _default = RulesOf(options.RetentionTimes, nowMs);
    readonly SeriesRules[] _rules = [.. options.RetentionRules.Select(r => RulesOf(r.Times, nowMs))];

    /// <inheritdoc />
    public SeriesRules For(ReadOnlySpan<byte> key)
    {
        if (_rules.Length == 0 && deletions.Length == 0)
        {
            return _default;
        }

        var labels = LabelSet.FromKey(key);
        var rules = _default;
        for (int i = 0; i < _rules.Length; i++)
        {
            if (options.RetentionRules[i].Matches(labels))
            {
                rules = _rules[i];
                break;
            }
        }

        return rules with { Deleted = Tombstone.For(labels, deletions) };
    }

    /// <summary>How much of a block is past its time.</summary>
    /// <exception cref="CorruptDataException">Its index is damaged.</exception>
    public Expiry ExpiryOf(Block block)
    {
        if (_rules.Length == 0)
        {
            return FromOf(_default, block.Kind) > block.Totals.NewestMs ? Expiry.Whole : Expiry.None;
        }

        // By its end, as a merge does: what is found past its time here is dropped there.
        bool expired = FromOf(_default, block.Kind) >= block.Totals.ToMs;
        using var lease = block.Borrow();
        int left = block.Totals.Series;
        bool any = false, rest = false;
        var seen = new HashSet<int>();
        for (int i = 0; i < _rules.Length; i++)
        {
            int before = seen.Count;
            seen.UnionWith(Selection.Select(block, options.RetentionRules[i].Matchers, null));
            if (seen.Count > before)
            {
                bool old = FromOf(_rules[i], block.Kind) >= block.Totals.ToMs;
                any |= old;
                rest |= !old;
            }
        }

        any |= expired && seen.Count < left;
        rest |= !expired && seen.Count < left;
        return !any ? Expiry.None : rest ? Expiry.Part : Expiry.Whole;
    }

    static long FromOf(in SeriesRules rules, BlockKind kind) => kind switch
    {
        BlockKind.FiveMinutes => rules.FiveMinutesFromMs,
        BlockKind.OneHour => rules.OneHourFromMs,
        _ => rules.RawFromMs,
    };

    static SeriesRules RulesOf(RetentionTimes times, long nowMs) => new(
        nowMs - (long)times.Raw.TotalMilliseconds,
        times.FiveMinutes == TimeSpan.Zero ? long.MaxValue : nowMs - (long)times.FiveMinutes.TotalMilliseconds,
        times.OneHour == TimeSpan.Zero ? long.MaxValue : nowMs - (long)times.OneHour.TotalMilliseconds,
        []);
}
