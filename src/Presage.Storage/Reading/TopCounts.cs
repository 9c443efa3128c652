namespace Presage.Storage;

/// <summary>Keeps the items with the greatest counts; of equal ones those that came first.</summary>
sealed class TopCounts<T>(int most)
{
    readonly PriorityQueue<(T Item, long Count, int Order), (long Count, int Order)> _kept = new();
    int _seen;

    public void Add(T item, long count)
    {
        _seen++;
        if (_kept.Count < most)
        {
            _kept.Enqueue((item, count, _seen), (count, -_seen));
        }
        else if (most > 0 && count > _kept.Peek().Count)
        {
            _kept.EnqueueDequeue((item, count, _seen), (count, -_seen));
        }
    }

    public IEnumerable<(T Item, long Count)> Descending() => _kept.UnorderedItems
        .Select(static kept => kept.Element)
        .OrderByDescending(static kept => kept.Count)
        .ThenBy(static kept => kept.Order)
        .Select(static kept => (kept.Item, kept.Count));
}
