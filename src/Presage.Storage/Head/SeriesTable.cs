// Hot path: one look-up per series of every request. Budget: 30 ns in random order, with the lines prefetched.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Finds a series by its fingerprint: 256 parts by the upper bits, so that growing never places more than some
/// thousand series anew while a request waits; in each, open addressing with linear probing from the beginning of a
/// line of the cache on, so that one line, looked at as a whole, nearly always has the series: neither a guess of
/// the processor fails nor is a line touched that no prefetch brought. A slot holds 32 bits of the fingerprint, by
/// which it is placed too, and the series' number plus one. Only the one who appends touches it.
/// </summary>
sealed unsafe class SeriesTable
{
    const int PartsLog2 = 8;
    const int Parts = 1 << PartsLog2;

    /// <summary>Of the rest, what a slot holds.</summary>
    const int TagShift = 64 - PartsLog2 - 32;

    const int SlotsLog2Min = 4;

    /// <summary>Slots of a line of the cache.</summary>
    const int LineSlots = 8, LineSlotsLog2 = 3;

    /// <summary>Of a comparison by halves of slots, the upper ones.</summary>
    const uint UpperHalves = 0xAAAA;

    readonly SeriesSlabs _series;
    readonly Part[] _parts = new Part[Parts];

    /// <summary>
    /// By the power of two of the slots: parts of one size lie in one memory, made with the first and gone with the
    /// last of them.
    /// </summary>
    readonly Size?[] _sizes = new Size?[32];

    public SeriesTable(SeriesSlabs series)
    {
        _series = series;
        foreach (ref var part in _parts.AsSpan())
        {
            Place(ref part, SlotsLog2Min);
        }
    }

    /// <summary>Memory held.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (ref readonly var part in _parts.AsSpan())
            {
                bytes += (part.Mask + 1L) * sizeof(ulong);
            }

            return bytes;
        }
    }

    /// <summary>Brings the slot of a series into the cache; a look-up some series later finds it there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(in SeriesFingerprint fingerprint)
    {
        if (Sse.IsSupported)
        {
            ref var part = ref PartOf(fingerprint);
            Sse.Prefetch0(part.Slots + HomeOf(TagOf(fingerprint), part));
        }
    }

    /// <summary>
    /// The series that a fingerprint most likely stands for, by the slots alone, which a prefetch brought into the
    /// cache; brings the beginning of its state there too. -1 where there is none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Guess(in SeriesFingerprint fingerprint)
    {
        ref var part = ref PartOf(fingerprint);
        uint tag = TagOf(fingerprint);
        int id = FindInLine((uint*)(part.Slots + HomeOf(tag, part)), tag);
        if (id < 0)
        {
            id = FindTag(part, tag);
            if (id < 0)
            {
                return -1;
            }
        }

        _series.Prefetch(id);
        return id;
    }

    /// <summary>Whether a fingerprint is that of a series.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(int id, in SeriesFingerprint fingerprint)
    {
        ref var found = ref _series[id].Fingerprint;
        return found.Place == fingerprint.Place && found.Check == fingerprint.Check;
    }

    /// <summary>The number of the series with this fingerprint, or -1.</summary>
    public int Find(in SeriesFingerprint fingerprint)
    {
        ref var part = ref PartOf(fingerprint);
        uint tag = TagOf(fingerprint), mask = (uint)part.Mask;
        for (uint at = HomeOf(tag, part); ; at = (at + 1) & mask)
        {
            ulong slot = part.Slots[at];
            if (slot == 0)
            {
                return -1;
            }

            if (slot >> 32 == tag && IsAt((int)slot - 1, fingerprint))
            {
                return (int)slot - 1;
            }
        }
    }

    /// <summary>Adds a series whose fingerprint is not in the table.</summary>
    public void Add(in SeriesFingerprint fingerprint, int id)
    {
        ref var part = ref PartOf(fingerprint);
        if (++part.Count > LimitOf(part))
        {
            Resize(ref part, part.SlotsLog2 + 1);
        }

        Put(part, TagOf(fingerprint), id);
    }

    /// <summary>
    /// Removes a series. Those probed past its slot are put anew, so that no marks of removed ones pile up.
    /// </summary>
    public void Remove(in SeriesFingerprint fingerprint, int id)
    {
        ref var part = ref PartOf(fingerprint);
        uint mask = (uint)part.Mask;
        uint at = HomeOf(TagOf(fingerprint), part);
        while ((int)part.Slots[at] != id + 1)
        {
            at = (at + 1) & mask;
        }

        part.Slots[at] = 0;
        part.Count--;
        for (at = (at + 1) & mask; part.Slots[at] != 0; at = (at + 1) & mask)
        {
            ulong moved = part.Slots[at];
            part.Slots[at] = 0;
            Put(part, (uint)(moved >> 32), (int)moved - 1);
        }

        if (part.SlotsLog2 > SlotsLog2Min && part.Count * 8 < part.Mask + 1)
        {
            Resize(ref part, part.SlotsLog2 - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ref Part PartOf(in SeriesFingerprint fingerprint) =>
        ref Unsafe.Add(
            ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_parts),
            (nint)(fingerprint.Place >> (64 - PartsLog2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint TagOf(in SeriesFingerprint fingerprint) => (uint)(fingerprint.Place >> TagShift);

    /// <summary>The first slot of the line that a series belongs to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint HomeOf(uint tag, in Part part) => (tag << LineSlotsLog2) & (uint)part.Mask;

    /// <summary>The series with a tag in a line, or -1, also where it cannot be told so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int FindInLine(uint* line, uint tag)
    {
        if (!Vector256.IsHardwareAccelerated)
        {
            return -1;
        }

        var tags = Vector256.Create(tag);
        uint equal = Vector256.Equals(Vector256.Load(line), tags).ExtractMostSignificantBits()
            | (Vector256.Equals(Vector256.Load(line + LineSlots), tags).ExtractMostSignificantBits() << LineSlots);
        equal &= UpperHalves;

        // Of an empty slot, whose tag may be meant, the number is -1 too.
        return equal == 0 ? -1 : (int)line[BitOperations.TrailingZeroCount(equal) - 1] - 1;
    }

    static int FindTag(in Part part, uint tag)
    {
        uint mask = (uint)part.Mask;
        for (uint at = HomeOf(tag, part); ; at = (at + 1) & mask)
        {
            ulong slot = part.Slots[at];
            if (slot == 0)
            {
                return -1;
            }

            if (slot >> 32 == tag)
            {
                return (int)slot - 1;
            }
        }
    }

    /// <summary>Places all slots of a part anew; by what they hold themselves, so that no series is touched.</summary>
    void Resize(ref Part part, int slotsLog2)
    {
        var old = part;
        Place(ref part, slotsLog2);
        var slots = new Span<ulong>(old.Slots, old.Mask + 1);
        foreach (ulong slot in slots)
        {
            if (slot != 0)
            {
                Put(part, (uint)(slot >> 32), (int)slot - 1);
            }
        }

        // It may come back to this size while others are still there.
        slots.Clear();
        var size = _sizes[old.SlotsLog2]!;
        if (--size.Used == 0)
        {
            size.Memory.Dispose();
            _sizes[old.SlotsLog2] = null;
        }
    }

    /// <summary>
    /// How many series a part takes before it grows: half to two thirds of its slots, each part another number, since
    /// all have nearly as many series at any time and should not grow within the same few requests.
    /// </summary>
    int LimitOf(in Part part)
    {
        int slots = part.Mask + 1;
        return (slots >> 1) + (int)(slots * NumberOf(part) / (6 * Parts));
    }

    nint NumberOf(in Part part) => Unsafe.ByteOffset(in _parts[0], in part) / sizeof(Part);

    void Place(ref Part part, int slotsLog2)
    {
        nint number = NumberOf(part);
        var size = _sizes[slotsLog2] ??= new Size(slotsLog2);
        size.Used++;
        part.Slots = (ulong*)size.Memory.Address + (number << slotsLog2);
        part.Mask = (1 << slotsLog2) - 1;
        part.SlotsLog2 = slotsLog2;
    }

    static void Put(in Part part, uint tag, int id)
    {
        uint mask = (uint)part.Mask;
        uint at = HomeOf(tag, part);
        while (part.Slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        part.Slots[at] = ((ulong)tag << 32) | (uint)(id + 1);
    }

    struct Part
    {
        public ulong* Slots;
        public int Mask;
        public int SlotsLog2;
        public int Count;
    }

    sealed class Size
    {
        public Size(int slotsLog2)
        {
            long bytes = (long)Parts * sizeof(ulong) << slotsLog2;
            Memory = new PageMemory(bytes, bytes > PageMemory.HugePageBytes ? 0 : bytes);
        }

        public PageMemory Memory { get; }

        /// <summary>Parts of this size.</summary>
        public int Used { get; set; }
    }
}
