// Hot path: one or two calls per sample when a chunk is read.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>
/// Reads what <see cref="BitWriter"/> wrote. Behind the end it reads zeros and remembers it: callers check
/// <see cref="IsOverrun"/> once per chunk, not per code.
/// </summary>
ref struct BitReader(ReadOnlySpan<byte> buffer)
{
    readonly ReadOnlySpan<byte> _buffer = buffer;
    int _at;

    /// <summary>Whether more bits were taken than there are.</summary>
    public readonly bool IsOverrun => (long)_at > (long)_buffer.Length * 8;

    /// <summary>The next bits, lowest first; at least 57 of them are valid.</summary>
    public readonly ulong Peek()
    {
        int at = _at >> 3;
        ulong word = at + 8 <= _buffer.Length
            ? LittleEndian(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(_buffer), at)))
            : PeekTail(at);
        return word >> (_at & 7);
    }

    public void Skip(int count) => _at += count;

    /// <summary>Takes up to 56 bits.</summary>
    public ulong Read(int count)
    {
        ulong bits = Peek() & ((1UL << count) - 1);
        _at += count;
        return bits;
    }

    /// <summary>Takes 64 bits.</summary>
    public ulong Read64()
    {
        ulong low = Read(32);
        return low | (Read(32) << 32);
    }

    static ulong LittleEndian(ulong word) =>
        BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    readonly ulong PeekTail(int at)
    {
        // The last whole word, without what lies before; a stream shorter than a word is taken byte by byte.
        if (_buffer.Length >= sizeof(ulong))
        {
            int missing = at + sizeof(ulong) - _buffer.Length;
            return missing < sizeof(ulong)
                ? BinaryPrimitives.ReadUInt64LittleEndian(_buffer[^sizeof(ulong)..]) >> (missing * 8)
                : 0;
        }

        ulong word = 0;
        for (int i = 0; at + i < _buffer.Length; i++)
        {
            word |= (ulong)_buffer[at + i] << (i * 8);
        }

        return word;
    }
}
