// Hot path: one look-up per series of every request. Budget: 30 ns in random order, with the lines prefetched.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Presage.Storage;

/// <summary>
/// Finds a series by its key: open addressing with linear probing; a slot holds the upper half of the hash, by which
/// it is placed too, and the series' number plus one. Only the one who appends touches it.
/// </summary>
sealed class SeriesTable(SeriesSlabs series, KeyArena keys)
{
    const int SlotsMin = 1024;

    ulong[] _slots = new ulong[SlotsMin];
    int _count;

    public long Bytes => (long)_slots.Length * sizeof(ulong);

    /// <summary>Brings the slot of a key into the cache; a look-up some series later finds it there.</summary>
    public unsafe void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref SlotOf(hash)));
        }
    }

    /// <summary>
    /// The series that a key of this hash most likely is, by the slots alone, which a prefetch brought into the cache;
    /// brings its state there too. -1 where there is none.
    /// </summary>
    public unsafe int Guess(ulong hash)
    {
        int mask = _slots.Length - 1;
        for (int at = (int)(hash >> 32) & mask; ; at = (at + 1) & mask)
        {
            ulong slot = _slots[at];
            if (slot == 0)
            {
                return -1;
            }

            if (slot >> 32 == hash >> 32)
            {
                int id = (int)slot - 1;
                if (Sse.IsSupported)
                {
                    // Identity and newest sample, which may lie in two lines.
                    ref byte state = ref Unsafe.As<HeadSeries, byte>(ref series[id]);
                    Sse.Prefetch0(Unsafe.AsPointer(ref state));
                    Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref state, 40)));
                }

                return id;
            }
        }
    }

    /// <summary>Brings the key of a series, whose state was prefetched, into the cache.</summary>
    public void PrefetchKey(int id, int keyLength) => keys.Prefetch(series[id].Key, keyLength);

    /// <summary>Whether a series has this key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(int id, ulong hash, ReadOnlySpan<byte> key)
    {
        ref var candidate = ref series[id];
        return candidate.KeyHash == hash && keys.IsAt(candidate.Key, key);
    }

    /// <summary>Brings all of the state of a series into the cache.</summary>
    public unsafe void PrefetchState(int id)
    {
        if (Sse.IsSupported)
        {
            ref byte state = ref Unsafe.As<HeadSeries, byte>(ref series[id]);
            Sse.Prefetch0(Unsafe.AsPointer(ref state));
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref state, 64)));
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref state, 128)));
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref state, Unsafe.SizeOf<HeadSeries>() - 8)));
        }
    }

    /// <summary>The number of the series with this key, or -1.</summary>
    public int Find(ulong hash, ReadOnlySpan<byte> key)
    {
        int mask = _slots.Length - 1;
        for (int at = (int)(hash >> 32) & mask; ; at = (at + 1) & mask)
        {
            ulong slot = _slots[at];
            if (slot == 0)
            {
                return -1;
            }

            if (slot >> 32 == hash >> 32)
            {
                int id = (int)slot - 1;
                if (IsAt(id, hash, key))
                {
                    return id;
                }
            }
        }
    }

    /// <summary>Adds a series whose key is not in the table.</summary>
    public void Add(ulong hash, int id)
    {
        if (++_count * 3 > _slots.Length * 2)
        {
            Resize(_slots.Length * 2);
        }

        Put(_slots, hash, id);
    }

    /// <summary>
    /// Removes a series. Those probed past its slot are put anew, so that no marks of removed ones pile up.
    /// </summary>
    public void Remove(ulong hash, int id)
    {
        int mask = _slots.Length - 1;
        int at = (int)(hash >> 32) & mask;
        while ((int)_slots[at] != id + 1)
        {
            at = (at + 1) & mask;
        }

        _slots[at] = 0;
        _count--;
        for (at = (at + 1) & mask; _slots[at] != 0; at = (at + 1) & mask)
        {
            int moved = (int)_slots[at] - 1;
            _slots[at] = 0;
            Put(_slots, series[moved].KeyHash, moved);
        }

        if (_slots.Length > SlotsMin && _count * 8 < _slots.Length)
        {
            Resize(_slots.Length / 2);
        }
    }

    ref ulong SlotOf(ulong hash) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (int)(hash >> 32) & (_slots.Length - 1));

    /// <summary>Places all slots anew; by what they hold themselves, so that no series is touched.</summary>
    void Resize(int length)
    {
        ulong[] slots = new ulong[length];
        foreach (ulong slot in _slots)
        {
            if (slot != 0)
            {
                Put(slots, slot, (int)slot - 1);
            }
        }

        _slots = slots;
    }

    static void Put(ulong[] slots, ulong hash, int id)
    {
        int mask = slots.Length - 1;
        int at = (int)(hash >> 32) & mask;
        while (slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        slots[at] = (hash & 0xFFFF_FFFF_0000_0000) | (uint)(id + 1);
    }
}
