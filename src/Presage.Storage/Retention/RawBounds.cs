using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// From when on raw samples are kept, by the retention of the series that a query names: rules keep some series longer
/// or shorter than others, and the oldest block says nothing of those that it does not hold.
/// </summary>
static class RawBounds
{
    /// <summary>
    /// The oldest time from which on the raw samples of all series are kept that satisfy the matchers and have roll-ups
    /// in a range.
    /// </summary>
    /// <exception cref="CorruptDataException">An index is damaged.</exception>
    public static long Of(
        StorageOptions options, long nowMs, IEnumerable<Block> rollups, IReadOnlyList<LabelMatcher> matchers,
        string? host, TimeRange range)
    {
        long boundMs = long.MinValue;
        foreach (var block in rollups)
        {
            if (block.Overlaps(range))
            {
                using var lease = block.Borrow();
                boundMs = Math.Max(boundMs, In(block, options, nowMs, Selection.Select(block, matchers, host)));
            }
        }

        return boundMs;
    }

    static long In(Block block, StorageOptions options, long nowMs, int[] series)
    {
        long boundMs = long.MinValue;
        var left = new HashSet<int>(series);
        foreach (var rule in options.RetentionRules)
        {
            int before = left.Count;
            if (before > 0)
            {
                left.ExceptWith(Selection.Select(block, rule.Matchers, null));
                boundMs = left.Count < before ? Math.Max(boundMs, BoundOf(rule.Times, nowMs)) : boundMs;
            }
        }

        return left.Count > 0 ? Math.Max(boundMs, BoundOf(options.RetentionTimes, nowMs)) : boundMs;
    }

    /// <summary>
    /// From when on raw samples are kept; where no roll-ups are kept, they are no help for what is older.
    /// </summary>
    public static long BoundOf(RetentionTimes times, long nowMs) =>
        times.FiveMinutes == TimeSpan.Zero && times.OneHour == TimeSpan.Zero
            ? long.MinValue
            : nowMs - (long)times.Raw.TotalMilliseconds;
}
