namespace Presage.Storage;

/// <summary>The series that a selection found already, by the hash of their keys.</summary>
sealed class FoundSeries
{
    readonly Dictionary<ulong, StoredSeries> _byHash;
    readonly Dictionary<KeyPage, StoredSeries?[]> _byPage = [];

    FoundSeries(int capacity) => _byHash = new Dictionary<ulong, StoredSeries>(capacity);

    /// <summary>
    /// What is needed to find these again in so many blocks; null where a series can't be met twice.
    /// </summary>
    public static FoundSeries? ToMeet(List<StoredSeries> series, int blocks)
    {
        if (blocks == 0 || (blocks == 1 && series.Count == 0))
        {
            return null;
        }

        var found = new FoundSeries(series.Count);
        series.ForEach(found.Add);
        return found;
    }

    /// <summary>
    /// The series of a page of keys by their place in it: blocks of a day share most pages, and what was found in one
    /// of them needs no look-up in the next.
    /// </summary>
    public StoredSeries?[] Of(KeyPage page)
    {
        if (!_byPage.TryGetValue(page, out var series))
        {
            _byPage.Add(page, series = new StoredSeries?[page.Count]);
        }

        return series;
    }

    public StoredSeries? Find(ulong hash, ReadOnlySpan<byte> key)
    {
        _byHash.TryGetValue(hash, out var series);
        while (series is not null && !series.Key.SequenceEqual(key))
        {
            series = series.SameHash;
        }

        return series;
    }

    public void Add(StoredSeries series)
    {
        if (!_byHash.TryAdd(series.KeyHash, series))
        {
            series.SameHash = _byHash[series.KeyHash];
            _byHash[series.KeyHash] = series;
        }
    }
}
