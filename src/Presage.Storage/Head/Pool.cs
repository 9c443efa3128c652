namespace Presage.Storage;

/// <summary>
/// Places for structs, numbered from 1, that are given back and used again. Guarded by the shard's lock.
/// </summary>
sealed class Pool<T>
    where T : struct
{
    const int SlabLog2 = 8;
    const int SlabMask = (1 << SlabLog2) - 1;

    readonly List<T[]> _slabs = [];
    readonly Stack<int> _free = new();
    int _next = 1;

    public long Bytes => (long)_slabs.Count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>() << SlabLog2;

    public ref T this[int number] => ref _slabs[number >> SlabLog2][number & SlabMask];

    public int Take()
    {
        if (_free.TryPop(out int number))
        {
            return number;
        }

        if (_next >> SlabLog2 >= _slabs.Count)
        {
            _slabs.Add(new T[1 << SlabLog2]);
        }

        return _next++;
    }

    public void Return(int number)
    {
        this[number] = default;
        _free.Push(number);
    }
}
