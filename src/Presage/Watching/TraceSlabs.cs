using Presage.Detection;

namespace Presage.Watching;

/// <summary>Traces by number, in arrays that never move; numbers that are given up are used again.</summary>
sealed class TraceSlabs
{
    const int SlabLog2 = 9;

    readonly List<SeriesTrace[]> _slabs = [];
    readonly Stack<int> _free = new();
    int _end;

    public ref SeriesTrace this[int number] => ref _slabs[number >> SlabLog2][number & ((1 << SlabLog2) - 1)];

    /// <summary>Adds a trace; returns its number.</summary>
    public int Add(in SeriesTrace trace)
    {
        if (!_free.TryPop(out int number))
        {
            number = _end++;
            if (number >> SlabLog2 == _slabs.Count)
            {
                _slabs.Add(new SeriesTrace[1 << SlabLog2]);
            }
        }

        this[number] = trace;
        return number;
    }

    /// <summary>Gives a number up.</summary>
    public void Free(int number) => _free.Push(number);
}
