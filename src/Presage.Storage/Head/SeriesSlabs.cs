namespace Presage.Storage;

/// <summary>All series of the head by number. Numbers of series that left are given to new ones.</summary>
sealed class SeriesSlabs
{
    const int SlabLog2 = 9;
    const int SlabMask = (1 << SlabLog2) - 1;

    readonly Stack<int> _free = new();
    HeadSeries[][] _slabs = [];
    int _next;

    /// <summary>Series in use.</summary>
    public int Count => _next - _free.Count;

    /// <summary>Bound of the numbers ever given.</summary>
    public int End => _next;

    public long Bytes => (long)_slabs.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<HeadSeries>() << SlabLog2;

    public ref HeadSeries this[int id] => ref _slabs[id >> SlabLog2][id & SlabMask];

    /// <summary>A place for a new series, cleared.</summary>
    public int Take()
    {
        if (!_free.TryPop(out int id))
        {
            id = _next++;
            if (id >> SlabLog2 >= _slabs.Length)
            {
                Volatile.Write(ref _slabs, [.. _slabs, new HeadSeries[1 << SlabLog2]]);
            }
        }

        this[id] = new HeadSeries { Key = -1, LastMs = long.MinValue };
        return id;
    }

    public void Return(int id)
    {
        this[id] = new HeadSeries { Key = -1, LastMs = long.MinValue };
        _free.Push(id);
    }
}
