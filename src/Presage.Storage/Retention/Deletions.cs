using Microsoft.Extensions.Logging;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Takes deletions that users ask for. One is for what is stored at that moment: what of it is in memory is written to
/// blocks first, so that it is told from what comes later by the numbers of blocks and, of what the journal holds
/// besides, by the numbers of segments.
/// </summary>
sealed class Deletions(
    Tombstones tombstones, BlockTiers tiers, HeadFlush flush, ISampleSource source, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Deletes; when this returns, no query sees the samples any more, also after power loss. No other flush runs
    /// meanwhile.
    /// </summary>
    /// <param name="selectors">What the series satisfy: one of these lists, of at least one matcher each.</param>
    /// <param name="range">The span, both ends included; it ends now at the latest.</param>
    /// <exception cref="ArgumentException">There are no matchers.</exception>
    /// <exception cref="IOException">The disk is full or broken: nothing is deleted.</exception>
    public async Task<DeletionOutcome> AskAsync(
        IReadOnlyList<IReadOnlyList<LabelMatcher>> selectors, TimeRange range)
    {
        if (selectors.Any(static matchers => matchers.Count == 0))
        {
            throw new ArgumentException("A deletion names its series by at least one matcher.", nameof(selectors));
        }

        range = range with { ToMs = Math.Min(range.ToMs, time.GetUtcNow().ToUnixTimeMilliseconds()) };
        int series = selectors.Sum(matchers => source.Select(matchers, range).Count);
        int segment = await flush.RollAsync();
        if (selectors.Any(matchers => flush.HoldsAny(matchers, range)))
        {
            segment = await flush.RunAsync(long.MaxValue);
        }

        var asked = tombstones.Add(selectors, range, tiers.Numbers, segment);
        await flush.ForgetAsync(asked);
        foreach (var deletion in asked)
        {
            Log.DeletionAsked(
                logger, deletion.Number, string.Join(',', deletion.Matchers), range.FromMs, range.ToMs);
        }

        return new DeletionOutcome(series);
    }
}
