namespace Presage.Storage;

/// <summary>
/// Holds the canonical keys of the active series in large arrays, in steps of 16 bytes; freed places are used again
/// by keys of the same size. Written by the one who appends; a key is never moved or changed while its series lives,
/// so readers need no lock.
/// </summary>
sealed class KeyArena
{
    const int StepLog2 = 4;
    const int SlabSteps = 1 << 12;

    readonly Dictionary<int, Stack<int>> _free = [];
    byte[][] _slabs = [];
    int _used = SlabSteps;

    /// <summary>Memory held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Stores a key; returns its reference. Keys beyond 64 KB get an array of their own.</summary>
    public int Add(ReadOnlySpan<byte> key)
    {
        int steps = Steps(key.Length);
        if (!_free.TryGetValue(steps, out var places) || !places.TryPop(out int reference))
        {
            reference = Take(steps);
        }

        var place = _slabs[reference / SlabSteps].AsSpan((reference % SlabSteps) << StepLog2);
        BitConverter.TryWriteBytes(place, key.Length);
        key.CopyTo(place[4..]);
        return reference;
    }

    /// <summary>The bytes of a key.</summary>
    public ReadOnlySpan<byte> this[int reference]
    {
        get
        {
            byte[] slab = _slabs[reference / SlabSteps];
            int at = (reference % SlabSteps) << StepLog2;
            return slab.AsSpan(at + 4, BitConverter.ToInt32(slab, at));
        }
    }

    /// <summary>Gives the place of a key back.</summary>
    public void Remove(int reference)
    {
        int steps = Steps(this[reference].Length);
        if (!_free.TryGetValue(steps, out var places))
        {
            _free.Add(steps, places = new Stack<int>());
        }

        places.Push(reference);
    }

    static int Steps(int keyLength) => (keyLength + 4 + (1 << StepLog2) - 1) >> StepLog2;

    int Take(int steps)
    {
        if (_used + steps > SlabSteps)
        {
            int size = Math.Max(steps, SlabSteps) << StepLog2;
            Volatile.Write(ref _slabs, [.. _slabs, new byte[size]]);
            Bytes += size;
            _used = 0;
        }

        int reference = ((_slabs.Length - 1) * SlabSteps) + _used;
        _used = Math.Min(_used + steps, SlabSteps);
        return reference;
    }
}
