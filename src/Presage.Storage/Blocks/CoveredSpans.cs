namespace Presage.Storage;

/// <summary>Which samples of a journal segment are in blocks already: replay skips them.</summary>
sealed class CoveredSpans
{
    readonly List<BlockTotals> _spans;
    BlockTotals _last;

    /// <summary>For one segment: only blocks written after it count.</summary>
    public CoveredSpans(IEnumerable<Block> blocks, int segment)
    {
        _spans = [.. blocks.Select(b => b.Totals).Where(t => t.CoveredSegment > segment)];
        _last = _spans.Count > 0 ? _spans[0] : default;
    }

    public bool Contains(long timestampMs)
    {
        if (timestampMs >= _last.FromMs && timestampMs < _last.ToMs)
        {
            return true;
        }

        foreach (var span in _spans)
        {
            if (timestampMs >= span.FromMs && timestampMs < span.ToMs)
            {
                _last = span;
                return true;
            }
        }

        return false;
    }
}
