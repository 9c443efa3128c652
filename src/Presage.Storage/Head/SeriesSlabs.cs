using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>
/// All series of the head by number. Numbers of series that left are given to new ones; slabs without any series are
/// given back, and readers that still hold a number there find a place without a series.
/// </summary>
sealed class SeriesSlabs
{
    const int SlabLog2 = 9;
    const int SlabMask = (1 << SlabLog2) - 1;

    static readonly HeadSeries[] s_none = NewSlab();

    readonly SlotMap _places = new(SlabLog2);
    HeadSeries[][] _slabs = [];
    int _slabsHeld;

    /// <summary>Series in use.</summary>
    public int Count => _places.Used;

    /// <summary>Bound of the numbers ever given.</summary>
    public int End => _places.End;

    public long Bytes => (long)_slabsHeld * Unsafe.SizeOf<HeadSeries>() << SlabLog2;

    public ref HeadSeries this[int id] => ref _slabs[id >> SlabLog2][id & SlabMask];

    /// <summary>A place for a new series, cleared.</summary>
    public int Take()
    {
        int id = _places.Take();
        int slab = id >> SlabLog2;
        if (slab == _slabs.Length)
        {
            Volatile.Write(ref _slabs, [.. _slabs, s_none]);
        }

        if (_slabs[slab] == s_none)
        {
            Volatile.Write(ref _slabs[slab], NewSlab());
            _slabsHeld++;
        }

        return id;
    }

    public void Return(int id)
    {
        this[id] = new HeadSeries { Key = -1, LastMs = long.MinValue };
        if (_places.Return(id))
        {
            Volatile.Write(ref _slabs[id >> SlabLog2], s_none);
            _slabsHeld--;
        }
    }

    static HeadSeries[] NewSlab()
    {
        var slab = new HeadSeries[1 << SlabLog2];
        Array.Fill(slab, new HeadSeries { Key = -1, LastMs = long.MinValue });
        return slab;
    }
}
