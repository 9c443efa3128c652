using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Selects series of roll-ups: over the blocks of a tier, and over raw samples for what is not there.
/// </summary>
static class RollupSelector
{
    /// <param name="selection">The tier and its files.</param>
    /// <param name="raw">Selects raw series of a range.</param>
    /// <param name="report">Told of damage.</param>
    /// <param name="matchers">What the series must satisfy.</param>
    /// <param name="range">The range asked for.</param>
    /// <param name="host">Only this host's series; null for all.</param>
    public static IReadOnlyList<IRollupSeries> Select(
        RollupSelection selection, Func<TimeRange, StoredSeries[]> raw, Action<CorruptDataException> report,
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, string? host)
    {
        // A day more, for the sample before the first bucket.
        long fromMs = range.FromMs < long.MinValue + (2 * RollupBuilder.GapMaxMs)
            ? long.MinValue
            : range.FromMs - RollupBuilder.GapMaxMs - selection.Tier.StepMs();
        var wide = range with { FromMs = fromMs };
        var found = new Dictionary<LabelSet, RolledSeries>();
        foreach (var block in selection.Blocks)
        {
            if (block.Overlaps(wide))
            {
                SelectInBlock(selection, block, matchers, host, found, report);
            }
        }

        foreach (var span in selection.Unwritten(wide))
        {
            foreach (var series in raw(span))
            {
                Of(found, series.Labels, selection).Raw ??= series;
            }
        }

        var sorted = found.Values.ToArray();
        Array.Sort(sorted, static (a, b) => a.Labels.CompareTo(b.Labels));
        return sorted;
    }

    static void SelectInBlock(
        RollupSelection selection, Block block, IReadOnlyList<LabelMatcher> matchers, string? host,
        Dictionary<LabelSet, RolledSeries> found, Action<CorruptDataException> report)
    {
        try
        {
            using var lease = block.Borrow();
            foreach (int number in Selection.Select(block, matchers, host))
            {
                Of(found, LabelSet.FromKey(block.Key(number)), selection).Add(block, number);
            }
        }
        catch (CorruptDataException e)
        {
            report(e);
        }
        catch (FormatException e)
        {
            report(new CorruptDataException(e.Message, block.Path));
        }
    }

    static RolledSeries Of(Dictionary<LabelSet, RolledSeries> found, LabelSet labels, RollupSelection selection)
    {
        if (!found.TryGetValue(labels, out var series))
        {
            found.Add(labels, series = new RolledSeries(labels, selection));
        }

        return series;
    }
}
