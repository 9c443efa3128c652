using System.Buffers;
using System.Buffers.Binary;

namespace Presage.Detection;

/// <summary>Little-endian fields one after another.</summary>
readonly ref struct StateWriter(IBufferWriter<byte> output)
{
    public void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    public void Double(double value) => Long(BitConverter.DoubleToInt64Bits(value));

    public void Floats(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(output.GetSpan(4), value);
            output.Advance(4);
        }
    }

    /// <summary>Writes an array whose elements are mostly 0: a bit per element, then the others.</summary>
    public void Sparse(ReadOnlySpan<float> values)
    {
        for (int start = 0; start < values.Length; start += 8)
        {
            var eight = values.Slice(start, Math.Min(8, values.Length - start));
            int present = 0;
            for (int i = 0; i < eight.Length; i++)
            {
                present |= eight[i] == 0 ? 0 : 1 << i;
            }

            Byte((byte)present);
            foreach (float value in eight)
            {
                if (value != 0)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(output.GetSpan(4), value);
                    output.Advance(4);
                }
            }
        }
    }

    /// <summary>The same of half numbers.</summary>
    public void Sparse(ReadOnlySpan<Half> values)
    {
        for (int start = 0; start < values.Length; start += 8)
        {
            var eight = values.Slice(start, Math.Min(8, values.Length - start));
            int present = 0;
            for (int i = 0; i < eight.Length; i++)
            {
                present |= eight[i] == Half.Zero ? 0 : 1 << i;
            }

            Byte((byte)present);
            foreach (var value in eight)
            {
                if (value != Half.Zero)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(output.GetSpan(2), value);
                    output.Advance(2);
                }
            }
        }
    }
}
