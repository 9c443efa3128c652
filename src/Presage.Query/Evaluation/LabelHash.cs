using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// A hash of labels that is the same in every process, so that samples of series (<c>limit_ratio</c>) are stable.
/// </summary>
static class LabelHash
{
    public static ulong Of(LabelSet labels) => SeriesKey.Hash(labels.ToKey());
}
