using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// Holds the canonical keys of the active series in slabs of 64 KB, in steps of 16 bytes; the first gap that is large
/// enough is taken, and the memory of a slab without keys is given back. The garbage collector sees none of it.
/// Written by the one who appends. A key is never moved or changed while its series lives, so who makes sure of that
/// (the lock of the shard's index does) reads it without a lock; who holds a key keeps this object (or the head).
/// </summary>
sealed unsafe class KeyArena
{
    const int StepLog2 = 4;
    const int SlabStepsLog2 = 12;
    const int SlabSteps = 1 << SlabStepsLog2;
    const int SlabBytes = SlabSteps << StepLog2;

    /// <summary>Slabs are cut from regions that may be one huge page; a store with few series does without.</summary>
    const int RegionBytes = PageMemory.HugePageBytes, SmallRegions = 16;

    readonly List<ulong[]> _taken = [];
    readonly List<int> _keysIn = [];
    readonly Stack<int> _noSlab = new();
    readonly List<PageMemory> _regions = [];

    /// <summary>Addresses in regions without keys.</summary>
    readonly Stack<nint> _unused = new();

    /// <summary>The memory of keys that are too long for a slab, by its number.</summary>
    readonly Dictionary<int, PageMemory> _long = [];

    /// <summary>By number of steps: no slab before this one has a gap for so many.</summary>
    readonly Dictionary<int, int> _firstTry = [];

    /// <summary>Addresses, 0 where there is none.</summary>
    nint[] _slabs = [];
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
        byte* place = (byte*)_slabs[slab] + (at << StepLog2);
        *(int*)place = key.Length;
        key.CopyTo(new Span<byte>(place + sizeof(int), key.Length));
        return (slab << SlabStepsLog2) | at;
    }

    /// <summary>The bytes of a key.</summary>
    public ReadOnlySpan<byte> this[int reference]
    {
        get
        {
            byte* place = (byte*)Volatile.Read(ref _slabs)[reference >> SlabStepsLog2] +
                ((reference & (SlabSteps - 1)) << StepLog2);
            return new ReadOnlySpan<byte>(place + sizeof(int), *(int*)place);
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
            Drop(slab);
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
            int at = _slabs[slab] == 0 ? -1 : FindGap(_taken[slab], steps);
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
        if (!_noSlab.TryPop(out int slab))
        {
            _taken.Add(new ulong[SlabSteps >> 6]);
            _keysIn.Add(0);
            slab = _slabEnd++;
            if (slab == _slabs.Length)
            {
                nint[] more = new nint[Math.Max(slab * 2, 4)];
                _slabs.CopyTo(more, 0);
                Volatile.Write(ref _slabs, more);
            }
        }

        Bytes += BytesOf(steps);
        if (steps > SlabSteps)
        {
            _long.Add(slab, new PageMemory(BytesOf(steps), long.MaxValue));
            _slabs[slab] = (nint)_long[slab].Address;
        }
        else
        {
            _slabs[slab] = TakeAddress();
        }

        return slab;
    }

    nint TakeAddress()
    {
        if (!_unused.TryPop(out nint address))
        {
            var region = new PageMemory(RegionBytes, _regions.Count < SmallRegions ? RegionBytes : 0);
            _regions.Add(region);
            for (int at = RegionBytes - SlabBytes; at > 0; at -= SlabBytes)
            {
                _unused.Push((nint)region.Address + at);
            }

            address = (nint)region.Address;
        }

        return address;
    }

    void Drop(int slab)
    {
        if (_long.Remove(slab, out var memory))
        {
            Bytes -= BytesOf(Steps(*(int*)memory.Address));
            memory.Dispose();
        }
        else
        {
            Bytes -= SlabBytes;
            PageMemory.TryDrop((byte*)_slabs[slab], SlabBytes);
            _unused.Push(_slabs[slab]);
        }

        _slabs[slab] = 0;
        _noSlab.Push(slab);
    }

    static long BytesOf(int steps) => Math.Max((long)steps << StepLog2, SlabBytes);
}
