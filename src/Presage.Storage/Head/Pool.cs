using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>
/// Places for structs, numbered from 1, that are given back and used again. Guarded by the shard's lock.
/// </summary>
sealed class Pool<T>
    where T : struct
{
    const int SlabLog2 = 8;
    const int SlabMask = (1 << SlabLog2) - 1;

    readonly SlotMap _places = new(SlabLog2);
    readonly SlabList<T> _slabs = new(1 << SlabLog2);

    /// <summary>Number 0 means none, and is never given.</summary>
    public Pool() => _places.Take();

    public long Bytes => (long)_slabs.Held * Unsafe.SizeOf<T>() << SlabLog2;

    public ref T this[int number] => ref _slabs[number >> SlabLog2][number & SlabMask];

    /// <summary>A place, cleared.</summary>
    public int Take()
    {
        int number = _places.Take();
        _slabs.Ensure(number >> SlabLog2);
        this[number] = default;
        return number;
    }

    public void Return(int number)
    {
        this[number] = default;
        if (_places.Return(number))
        {
            _slabs.Drop(number >> SlabLog2);
        }
    }
}
