namespace Presage.Storage;

/// <summary>
/// Arrays of one size by number. One that is given up is kept for the next that is wanted, as long as fewer are kept
/// than are in use: the hourly rise and fall makes no garbage, and after a peak most of the memory goes back.
/// </summary>
sealed class SlabList<T>(int length)
{
    readonly List<T[]?> _slabs = [];
    readonly Stack<T[]> _spare = new();
    int _used;

    /// <summary>Arrays held, spare ones included.</summary>
    public int Held => _used + _spare.Count;

    public T[] this[int number] => _slabs[number]!;

    /// <summary>Makes sure that there is an array of this number; at most one more than the highest so far.</summary>
    public void Ensure(int number)
    {
        if (number == _slabs.Count)
        {
            _slabs.Add(null);
        }

        if (_slabs[number] is null)
        {
            _slabs[number] = _spare.TryPop(out var spare) ? spare : GC.AllocateUninitializedArray<T>(length);
            _used++;
        }
    }

    /// <summary>Gives an array up.</summary>
    public void Drop(int number)
    {
        _spare.Push(_slabs[number]!);
        _slabs[number] = null;
        _used--;
        while (_spare.Count > _used + 1)
        {
            _spare.Pop();
        }
    }
}
