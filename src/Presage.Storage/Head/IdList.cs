namespace Presage.Storage;

/// <summary>Ascending series numbers.</summary>
sealed class IdList
{
    int[] _ids = [];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Adds a number: at the end as a rule, in between when a freed one is used again.</summary>
    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count < 4 ? Count + 1 : Count + (Count >> 1));
        }

        int at = Count;
        if (at > 0 && _ids[at - 1] > id)
        {
            at = ~Array.BinarySearch(_ids, 0, Count, id);
            Array.Copy(_ids, at, _ids, at + 1, Count - at);
        }

        _ids[at] = id;
        Count++;
    }

    public void Remove(int id)
    {
        int at = Array.BinarySearch(_ids, 0, Count, id);
        if (at >= 0)
        {
            Array.Copy(_ids, at + 1, _ids, at, Count - at - 1);
            Count--;
        }
    }
}
