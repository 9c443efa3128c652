namespace Presage.Watching;

/// <summary>Values by number, in arrays that never move; numbers that are given up are used again.</summary>
sealed class Slabs<T>
    where T : struct
{
    const int SlabLog2 = 9;

    readonly List<T[]> _slabs = [];
    readonly Stack<int> _free = new();
    int _end;

    public ref T this[int number] => ref _slabs[number >> SlabLog2][number & ((1 << SlabLog2) - 1)];

    /// <summary>Adds a value; returns its number.</summary>
    public int Add(in T value)
    {
        if (!_free.TryPop(out int number))
        {
            number = _end++;
            if (number >> SlabLog2 == _slabs.Count)
            {
                _slabs.Add(new T[1 << SlabLog2]);
            }
        }

        this[number] = value;
        return number;
    }

    /// <summary>Gives a number up.</summary>
    public void Free(int number) => _free.Push(number);
}
