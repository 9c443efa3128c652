using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Presage.Storage;

/// <summary>
/// All series of the head by number. Their places never move: slabs are added, none is copied. Numbers of series that
/// left are given to new ones; of slabs without any series the pages are given back, and readers that still hold a
/// number there find a place without a series. Who keeps a reference to a place keeps this object (or the head).
/// </summary>
sealed unsafe class SeriesSlabs
{
    /// <summary>65,536 series are 10 MB: five huge pages.</summary>
    const int SlabLog2 = 16;
    const int SlabMask = (1 << SlabLog2) - 1;
    const int LineBytes = 64;
    const long SlabBytes = (long)HeadSeries.Bytes << SlabLog2;

    /// <summary>As many as there are numbers; all but the first few take no memory.</summary>
    const int SlabsMax = 1 << (31 - SlabLog2);

    readonly SlotMap _places = new(SlabLog2);

    /// <summary>Of the addresses of the slabs, then of each slab.</summary>
    readonly List<PageMemory> _memory = [];
    readonly HeadSeries** _slabs;
    int _end;

    public SeriesSlabs()
    {
        Debug.Assert(sizeof(HeadSeries) == HeadSeries.Bytes, "The places of a slab are as large as they are said to.");
        _memory.Add(new PageMemory(SlabsMax * sizeof(HeadSeries*), long.MaxValue));
        _slabs = (HeadSeries**)_memory[0].Address;
    }

    /// <summary>Series in use.</summary>
    public int Count => _places.Used;

    /// <summary>Bound of the numbers ever given.</summary>
    public int End => Volatile.Read(ref _end);

    /// <summary>Memory of the series in use.</summary>
    public long Bytes => (long)_places.Used * HeadSeries.Bytes;

    /// <summary>The place of a number below <see cref="End"/>.</summary>
    public ref HeadSeries this[int id]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _slabs[id >> SlabLog2][id & SlabMask];
    }

    /// <summary>Brings what every sample needs into the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int id)
    {
        if (Sse.IsSupported)
        {
            byte* place = (byte*)(_slabs[id >> SlabLog2] + (id & SlabMask));
            Sse.Prefetch0(place);
            Sse.Prefetch0(place + LineBytes);
        }
    }

    /// <summary>Brings the rest into the cache, where the next sample is going to be compressed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchStream(int id)
    {
        if (Sse.IsSupported && this[id].NextIsCompressed)
        {
            Sse.Prefetch0((byte*)(_slabs[id >> SlabLog2] + (id & SlabMask)) + HeadSeries.Bytes - 1);
        }
    }

    /// <summary>A place for a new series, cleared.</summary>
    public int Take()
    {
        int id = _places.Take();
        int slab = id >> SlabLog2;
        if (slab == _memory.Count - 1)
        {
            // A store with few series is content with small pages.
            var memory = new PageMemory(SlabBytes, slab == 0 ? PageMemory.HugePageBytes : 0);
            _memory.Add(memory);
            _slabs[slab] = (HeadSeries*)memory.Address;
        }

        this[id] = new HeadSeries { LastMs = long.MinValue };
        Volatile.Write(ref _end, Math.Max(_end, id + 1));
        return id;
    }

    public void Return(int id)
    {
        this[id] = default;
        if (_places.Return(id))
        {
            PageMemory.TryDrop((byte*)_slabs[id >> SlabLog2], SlabBytes);
        }
    }
}
