// Hot path: every value of every query passes here. Budget: 8 ns a sample.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>Reads the value columns that <see cref="ValueStream"/> writes.</summary>
static class ValueColumn
{
    /// <summary>Reads as many values as the destination holds (at most <see cref="Chunk.SamplesMax"/>).</summary>
    /// <exception cref="CorruptDataException">The bytes are not a value column of that many samples.</exception>
    public static void Read(ReadOnlySpan<byte> column, Span<double> values)
    {
        if (column.IsEmpty)
        {
            throw new CorruptDataException("A value column is empty.");
        }

        switch ((ValueMode)(column[0] & 0x0F))
        {
            case ValueMode.Constant:
                values.Fill(ReadConstant(column));
                break;
            case ValueMode.Delta or ValueMode.DeltaOfDelta when column[0] < 0x10:
                ReadDecimal(column, values);
                break;
            case ValueMode.Xor when column[0] < 0x10:
                ReadXor(column[1..], values);
                break;
            default:
                throw new CorruptDataException($"A value column has the unknown mode {column[0]}.");
        }
    }

    static double ReadConstant(ReadOnlySpan<byte> column)
    {
        int significant = column[0] >> 4;
        if (significant > 8 || column.Length < 1 + significant)
        {
            throw new CorruptDataException("A constant column is cut short.");
        }

        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        column.Slice(1, significant).CopyTo(bytes);
        return BinaryPrimitives.ReadDoubleBigEndian(bytes);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ReadDecimal(ReadOnlySpan<byte> column, Span<double> values)
    {
        if (column.Length < 4 || !DecimalScale.IsValid(column[1]))
        {
            throw new CorruptDataException("A value column has no valid header.");
        }

        bool second = column[0] == (byte)ValueMode.DeltaOfDelta;
        int at = 3;
        long mantissa = Varint.UnZigZag(Varint.Read(column, ref at));
        long delta = second ? Varint.UnZigZag(Varint.Read(column, ref at)) : 0;
        mantissa -= delta;

        // The integers are decoded to where their values are to be.
        var numbers = MemoryMarshal.Cast<double, long>(values);
        Span<ushort> raw = stackalloc ushort[values.Length];
        var reader = new BitReader(column[at..]);
        var rice = new AdaptiveRice(column[2] & 31, column[2] >> 5);
        int rawCount = second
            ? AdaptiveRiceReader.Read<SecondDeltaPrediction>(ref reader, rice, mantissa, delta, numbers, raw)
            : AdaptiveRiceReader.Read<DeltaPrediction>(ref reader, rice, mantissa, delta, numbers, raw);
        int from = 0;
        for (int i = 0; i < rawCount; i++)
        {
            DecimalScale.ToValues(values[from..raw[i]], column[1]);
            from = raw[i] + 1;
        }

        DecimalScale.ToValues(values[from..], column[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ReadXor(ReadOnlySpan<byte> stream, Span<double> values)
    {
        var reader = new BitReader(stream);
        ulong bits = 0;
        int windowLength = 0, windowTrailing = 0;
        for (int i = 0; i < values.Length; i++)
        {
            ulong word = reader.Peek();
            if ((word & 1) == 0)
            {
                reader.Skip(1);
                values[i] = BitConverter.UInt64BitsToDouble(bits);
                continue;
            }

            if ((word & 2) == 0)
            {
                reader.Skip(2);
            }
            else
            {
                int leading = (int)(word >> 2) & 31;
                windowLength = ((int)(word >> 7) & 63) + 1;
                windowTrailing = 64 - leading - windowLength;
                reader.Skip(13);
            }

            if (windowLength == 0 || windowTrailing < 0)
            {
                throw new CorruptDataException("A value column has an impossible bit window.");
            }

            ulong low = reader.Read(Math.Min(windowLength, 32));
            ulong xor = windowLength > 32 ? low | (reader.Read(windowLength - 32) << 32) : low;
            bits ^= xor << windowTrailing;
            values[i] = BitConverter.UInt64BitsToDouble(bits);
        }

        if (reader.IsOverrun)
        {
            throw new CorruptDataException("A value column is cut short.");
        }
    }
}
