using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>LEB128 numbers, and the zigzag form of signed ones, as journal, chunks and blocks hold them.</summary>
static class Varint
{
    /// <summary>Bytes the longest number takes.</summary>
    public const int LengthMax = 10;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Writes a number; returns the bytes used.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int at = 0;
        while (value >= 0x80)
        {
            destination[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads a number and moves the position behind it.</summary>
    /// <exception cref="CorruptDataException">The bytes end, or the number has more than 64 bits.</exception>
    public static ulong Read(ReadOnlySpan<byte> source, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if ((uint)at >= (uint)source.Length)
            {
                throw new CorruptDataException("A number is cut short.");
            }

            byte b = source[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return shift == 63 && b > 1 ? throw new CorruptDataException("A number has more than 64 bits.") : value;
            }
        }

        throw new CorruptDataException("A number has more than 64 bits.");
    }

    /// <summary>Reads a number that must not exceed a bound (a length, a count).</summary>
    /// <exception cref="CorruptDataException">The bytes end or the bound is exceeded.</exception>
    public static int ReadBounded(ReadOnlySpan<byte> source, ref int at, int max)
    {
        ulong value = Read(source, ref at);
        return max >= 0 && value <= (ulong)max
            ? (int)value
            : throw new CorruptDataException($"A count is {value}, its bound is {max}.");
    }
}
