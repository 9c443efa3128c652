// Hot path: a few calls per four samples.
using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;

namespace Presage.Storage;

/// <summary>
/// Memory for the many short byte streams of a shard that grow bit by bit: cells of 32 bytes, 28 of them payload and
/// 4 the number of the next cell. No stream moves when it grows, freed cells fit every other stream, and the garbage
/// collector sees nothing of it; slabs without a cell in use are given up. Guarded by the shard's lock.
/// </summary>
sealed unsafe class CellPool
{
    public const int PayloadBytes = 28;

    const int CellBytes = 32;

    /// <summary>4,096 cells are a slab: small for a shard with few series.</summary>
    const int CellsPerSlabLog2 = 12;

    const int None = 0;

    readonly SlotMap _places = new(CellsPerSlabLog2);
    readonly CellMemory _memory;

    /// <summary>Addresses of the slabs, 0 where there is none.</summary>
    nint[] _slabs = [];
    int _held;

    public CellPool(CellMemory memory)
    {
        _memory = memory;

        // Number 0 means none, and is never given.
        _places.Take();
    }

    /// <summary>Memory held.</summary>
    public long Bytes => (long)_held * CellMemory.SlabBytes;

    /// <summary>Memory that a stream of a length takes.</summary>
    public static int BytesOf(int length) => (length + PayloadBytes - 1) / PayloadBytes * CellBytes;

    /// <summary>
    /// Appends to a stream; <paramref name="length"/> is what it held before. An empty stream has no cells.
    /// </summary>
    public void Append(ref int first, ref int last, int length, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int used = length % PayloadBytes;
            if (used == 0)
            {
                int fresh = Take();
                if (first == None)
                {
                    first = fresh;
                }
                else
                {
                    BinaryPrimitives.WriteInt32LittleEndian(Cell(last)[PayloadBytes..], fresh);
                }

                last = fresh;
            }

            int part = Math.Min(bytes.Length, PayloadBytes - used);
            bytes[..part].CopyTo(Cell(last)[used..]);
            bytes = bytes[part..];
            length += part;
        }
    }

    /// <summary>Brings a cell into the cache; number 0 is none.</summary>
    public void Prefetch(int cell)
    {
        if (Sse.IsSupported && cell != None)
        {
            Sse.Prefetch0(AddressOf(cell));
        }
    }

    /// <summary>Copies a stream of the given length.</summary>
    public void CopyTo(int first, int length, Span<byte> destination)
    {
        for (int cell = first; length > 0; cell = Next(cell))
        {
            int part = Math.Min(length, PayloadBytes);
            Cell(cell)[..part].CopyTo(destination);
            destination = destination[part..];
            length -= part;
        }
    }

    /// <summary>Gives the cells of a stream back.</summary>
    public void Free(int first, int last)
    {
        for (int cell = first; cell != None;)
        {
            int next = cell == last ? None : Next(cell);
            if (_places.Return(cell))
            {
                ref nint slab = ref _slabs[cell >> CellsPerSlabLog2];
                _memory.Return((byte*)slab);
                slab = 0;
                _held--;
            }

            cell = next;
        }
    }

    int Take()
    {
        int cell = _places.Take();
        int slab = cell >> CellsPerSlabLog2;
        if (slab >= _slabs.Length)
        {
            Array.Resize(ref _slabs, Math.Max(slab + 1, _slabs.Length * 2));
        }

        if (_slabs[slab] == 0)
        {
            _slabs[slab] = (nint)_memory.Take();
            _held++;
        }

        return cell;
    }

    int Next(int cell) => BinaryPrimitives.ReadInt32LittleEndian(Cell(cell)[PayloadBytes..]);

    Span<byte> Cell(int cell) => new(AddressOf(cell), CellBytes);

    byte* AddressOf(int cell) =>
        (byte*)_slabs[cell >> CellsPerSlabLog2] + ((cell & ((1 << CellsPerSlabLog2) - 1)) * CellBytes);
}
