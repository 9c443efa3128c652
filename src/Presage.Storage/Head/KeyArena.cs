using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// Holds the canonical keys of the active series in slabs of 64 KB, in steps of 16 bytes; the first gap that is large
/// enough is taken, and a slab without keys is given back. Written by the one who appends; a key is never moved or
/// changed while its series lives, so readers need no lock.
/// </summary>
sealed class KeyArena
{
    const int StepLog2 = 4;
    const int SlabStepsLog2 = 12;
    const int SlabSteps = 1 << SlabStepsLog2;

    readonly List<ulong[]> _taken = [];
    readonly List<int> _keysIn = [];
    readonly Stack<int> _noSlab = new();

    /// <summary>By number of steps: no slab before this one has a gap for so many.</summary>
    readonly Dictionary<int, int> _firstTry = [];
    byte[]?[] _slabs = [];
    int _slabEnd;

    /// <summary>Memory held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Stores a key; returns its reference. Keys beyond 64 KB get a slab of their own.</summary>
    public int Add(ReadOnlySpan<byte> key)
    {
        int steps = Steps(key.Length);
        var (slab, at) = steps > SlabSteps ? (NewSlab(steps), 0) : Find(steps);
        Mark(slab, at, Math.Min(steps, SlabSteps), taken: true);
        _keysIn[slab]++;
        var place = _slabs[slab].AsSpan(at << StepLog2);
        BitConverter.TryWriteBytes(place, key.Length);
        key.CopyTo(place[4..]);
        return (slab << SlabStepsLog2) | at;
    }

    /// <summary>The bytes of a key.</summary>
    public ReadOnlySpan<byte> this[int reference]
    {
        get
        {
            byte[] slab = _slabs[reference >> SlabStepsLog2]!;
            int at = (reference & (SlabSteps - 1)) << StepLog2;
            return slab.AsSpan(at + 4, BitConverter.ToInt32(slab, at));
        }
    }

    /// <summary>Gives the place of a key back.</summary>
    public void Remove(int reference)
    {
        int slab = reference >> SlabStepsLog2;
        int steps = Math.Min(Steps(this[reference].Length), SlabSteps);
        Mark(slab, reference & (SlabSteps - 1), steps, taken: false);
        if (--_keysIn[slab] == 0)
        {
            Bytes -= _slabs[slab]!.Length;
            Volatile.Write(ref _slabs[slab], null);
            _noSlab.Push(slab);
            return;
        }

        foreach (int size in _firstTry.Keys)
        {
            _firstTry[size] = Math.Min(_firstTry[size], slab);
        }
    }

    static int Steps(int keyLength) => (keyLength + 4 + (1 << StepLog2) - 1) >> StepLog2;

    (int Slab, int At) Find(int steps)
    {
        int slab = _firstTry.GetValueOrDefault(steps);
        for (; slab < _slabEnd; slab++)
        {
            int at = _slabs[slab] is null ? -1 : FindGap(_taken[slab], steps);
            if (at >= 0)
            {
                _firstTry[steps] = slab;
                return (slab, at);
            }
        }

        slab = NewSlab(SlabSteps);
        _firstTry[steps] = slab;
        return (slab, 0);
    }

    /// <summary>The first run of free steps of a length, or -1.</summary>
    static int FindGap(ulong[] taken, int steps)
    {
        int at = 0;
        while (at + steps <= SlabSteps)
        {
            // To the next free step, then as far as it is free.
            ulong free = ~taken[at >> 6] >> (at & 63);
            if (free == 0)
            {
                at = (at | 63) + 1;
                continue;
            }

            at += BitOperations.TrailingZeroCount(free);
            int end = at;
            while (end < SlabSteps && end - at < steps)
            {
                ulong rest = taken[end >> 6] >> (end & 63);
                int run = rest == 0 ? 64 - (end & 63) : BitOperations.TrailingZeroCount(rest);
                end += run;
                if (run == 0 || rest != 0)
                {
                    break;
                }
            }

            if (end - at >= steps)
            {
                return at;
            }

            at = end + 1;
        }

        return -1;
    }

    void Mark(int slab, int at, int steps, bool taken)
    {
        ulong[] bits = _taken[slab];
        for (int i = at; i < at + steps; i++)
        {
            ulong bit = 1UL << (i & 63);
            bits[i >> 6] = taken ? bits[i >> 6] | bit : bits[i >> 6] & ~bit;
        }
    }

    int NewSlab(int steps)
    {
        byte[] bytes = new byte[steps << StepLog2];
        Bytes += bytes.Length;
        if (_noSlab.TryPop(out int slab))
        {
            Volatile.Write(ref _slabs[slab], bytes);
            return slab;
        }

        _taken.Add(new ulong[SlabSteps >> 6]);
        _keysIn.Add(0);
        slab = _slabEnd++;
        if (slab < _slabs.Length)
        {
            Volatile.Write(ref _slabs[slab], bytes);
        }
        else
        {
            byte[]?[] more = new byte[]?[Math.Max(slab * 2, 4)];
            _slabs.CopyTo(more, 0);
            more[slab] = bytes;
            Volatile.Write(ref _slabs, more);
        }

        return slab;
    }
}
