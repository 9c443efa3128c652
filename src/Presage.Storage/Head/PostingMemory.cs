// Hot path: a call per list that is read or grows then. Budget: 10 ns.
using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// Memory for the lists of numbers of a shard's label index: cells for the numbers that came since a list was read,
/// and for those in order blocks of some 60 sizes, cut from regions of 2 MB; those given back are kept for the next
/// list of that size. So millions of series neither leave outgrown arrays to the garbage collector nor make it look
/// at those in use. Blocks beyond 64 KB lie in pages of their own. Guarded by the lock of the index; who holds a
/// block keeps this object.
/// </summary>
sealed unsafe class PostingMemory(CellMemory cells)
{
    const int RegionBytes = 2 << 20;

    /// <summary>Up to here sizes are two numbers apart, beyond it a fourth to an eighth of the size.</summary>
    const int FineMax = 16, FineMaxLog2 = 4, FineSizes = 8;

    /// <summary>Of blocks from here on that nobody uses the pages are given back.</summary>
    const int DropBytesMin = 16 << 10, PageBytes = 4096;

    /// <summary>Numbers of the longest block that is cut from a region.</summary>
    const int CutMax = 1 << CutMaxLog2, CutMaxLog2 = 14;

    readonly List<PageMemory> _regions = [];
    readonly Dictionary<nint, PageMemory> _large = [];

    /// <summary>By size, the newest block given back; its first bytes hold the address of the one before.</summary>
    readonly nint[] _free = new nint[FineSizes + ((CutMaxLog2 - FineMaxLog2) * 4)];

    /// <summary>The region that blocks are cut from, and how much of it was.</summary>
    int _region = -1;
    int _cut = RegionBytes;
    int _used;
    long _largeBytes;

    /// <summary>Numbers that came, as bytes.</summary>
    public CellPool Cells { get; } = new(cells);

    /// <summary>Memory held.</summary>
    public long Bytes => Cells.Bytes + (_region < 0 ? 0 : ((long)_region * RegionBytes) + _cut) + _largeBytes;

    /// <summary>A block for so many numbers or some more; what it holds is left from before.</summary>
    public int* Take(int count, out int capacity)
    {
        _used++;
        if (count > CutMax)
        {
            capacity = count;
            long bytes = (long)count * sizeof(int);
            var memory = new PageMemory(bytes, long.MaxValue);
            _large.Add((nint)memory.Address, memory);
            _largeBytes += bytes;
            return (int*)memory.Address;
        }

        int size = SizeOf(count, out capacity);
        nint block = _free[size];
        if (block != 0)
        {
            _free[size] = *(nint*)block;
            return (int*)block;
        }

        return Cut(capacity * sizeof(int));
    }

    /// <summary>Gives a block back.</summary>
    public void Return(int* block, int capacity)
    {
        if (capacity > CutMax)
        {
            _large.Remove((nint)block, out var memory);
            memory!.Dispose();
            _largeBytes -= (long)capacity * sizeof(int);
        }
        else
        {
            Drop((byte*)block, capacity * sizeof(int));
            ref nint newest = ref _free[SizeOf(capacity, out _)];
            *(nint*)block = newest;
            newest = (nint)block;
        }

        if (--_used == 0)
        {
            BeginAnew();
        }
    }

    /// <summary>The number of the least size that holds so many, and how many that is.</summary>
    static int SizeOf(int count, out int capacity)
    {
        if (count <= FineMax)
        {
            int twos = Math.Max(count + 1, 2) >> 1;
            capacity = twos * 2;
            return twos - 1;
        }

        int log2 = BitOperations.Log2((uint)count - 1);
        int quarterLog2 = log2 - 2;
        int quarters = ((count - 1) >> quarterLog2) + 1;
        capacity = quarters << quarterLog2;
        return FineSizes + ((log2 - FineMaxLog2) * 4) + quarters - 5;
    }

    static void Drop(byte* block, int bytes)
    {
        if (bytes >= DropBytesMin)
        {
            // Whole pages of it only.
            byte* first = (byte*)(((nuint)block + PageBytes - 1) & ~(nuint)(PageBytes - 1));
            PageMemory.TryDrop(first, (bytes - (first - block)) & -PageBytes);
        }
    }

    int* Cut(int bytes)
    {
        if (_cut + bytes > RegionBytes)
        {
            if (++_region == _regions.Count)
            {
                _regions.Add(new PageMemory(RegionBytes, long.MaxValue));
            }

            _cut = 0;
        }

        byte* block = _regions[_region].Address + _cut;
        _cut += bytes;
        return (int*)block;
    }

    /// <summary>No list is left: all memory goes back.</summary>
    void BeginAnew()
    {
        Array.Clear(_free);
        _regions.ForEach(static r => r.Dispose());
        _regions.Clear();
        _region = -1;
        _cut = RegionBytes;
    }
}
