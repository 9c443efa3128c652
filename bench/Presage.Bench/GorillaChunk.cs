using System.Numerics;
using Presage.Storage;

namespace Presage.Bench;

/// <summary>
/// The peer of the codec: timestamps as differences of differences in classes of bits, values XORed with their
/// predecessor (Pelkonen et al., VLDB 2015, with the millisecond classes Prometheus uses). Written for this
/// benchmark, with the same bit reader and writer as our own codec.
/// </summary>
static class GorillaChunk
{
    public static int Write(ReadOnlySpan<long> times, ReadOnlySpan<double> values, Span<byte> destination)
    {
        var writer = new BitWriter(destination, 0, 0);
        writer.Write((ulong)times.Length, 16);
        long previousTime = 0, previousDelta = 0;
        ulong previous = 0;
        int leading = -1, trailing = 0;
        for (int i = 0; i < times.Length; i++)
        {
            long delta = times[i] - previousTime;
            WriteTime(ref writer, i, i == 0 ? times[0] : i == 1 ? delta : delta - previousDelta);
            previousDelta = delta;
            previousTime = times[i];
            ulong bits = BitConverter.DoubleToUInt64Bits(values[i]);
            WriteValue(ref writer, bits ^ previous, ref leading, ref trailing);
            previous = bits;
        }

        writer.Finish();
        return writer.Length;
    }

    public static int Read(ReadOnlySpan<byte> chunk, Span<long> times, Span<double> values)
    {
        var reader = new BitReader(chunk);
        int count = (int)reader.Read(16);
        long time = 0, delta = 0;
        ulong bits = 0;
        int length = 0, trailing = 0;
        for (int i = 0; i < count; i++)
        {
            long code = ReadTime(ref reader, i);
            delta = i == 0 ? 0 : i == 1 ? code : delta + code;
            time = i == 0 ? code : time + delta;
            times[i] = time;
            bits ^= ReadValue(ref reader, ref length, ref trailing);
            values[i] = BitConverter.UInt64BitsToDouble(bits);
        }

        return count;
    }

    static void WriteTime(ref BitWriter writer, int index, long code)
    {
        if (index < 2)
        {
            writer.Write64((ulong)code);
            return;
        }

        if (code == 0)
        {
            writer.Write(0, 1);
        }
        else if (code is >= -8191 and <= 8192)
        {
            writer.Write(0b01 | ((ulong)(code + 8191) << 2), 16);
        }
        else if (code is >= -65535 and <= 65536)
        {
            writer.Write(0b011 | ((ulong)(code + 65535) << 3), 20);
        }
        else
        {
            writer.Write(0b111, 3);
            writer.Write64((ulong)code);
        }
    }

    static long ReadTime(ref BitReader reader, int index)
    {
        if (index < 2)
        {
            return (long)reader.Read64();
        }

        int prefix = BitOperations.TrailingZeroCount(~reader.Peek());
        switch (prefix)
        {
            case 0:
                reader.Skip(1);
                return 0;
            case 1:
                reader.Skip(2);
                return (long)reader.Read(14) - 8191;
            case 2:
                reader.Skip(3);
                return (long)reader.Read(17) - 65535;
            default:
                reader.Skip(3);
                return (long)reader.Read64();
        }
    }

    static void WriteValue(ref BitWriter writer, ulong xor, ref int leading, ref int trailing)
    {
        if (xor == 0)
        {
            writer.Write(0, 1);
            return;
        }

        int l = Math.Min(BitOperations.LeadingZeroCount(xor), 31), t = BitOperations.TrailingZeroCount(xor);
        if (leading >= 0 && l >= leading && t >= trailing)
        {
            writer.Write(0b01, 2);
        }
        else
        {
            leading = l;
            trailing = t;
            writer.Write(0b11 | ((ulong)l << 2) | ((ulong)(63 - l - t) << 7), 13);
        }

        int length = 64 - leading - trailing;
        ulong window = xor >> trailing;
        writer.Write((uint)window & (length >= 32 ? uint.MaxValue : (1u << length) - 1), Math.Min(length, 32));
        if (length > 32)
        {
            writer.Write(window >> 32, length - 32);
        }
    }

    static ulong ReadValue(ref BitReader reader, ref int length, ref int trailing)
    {
        ulong word = reader.Peek();
        if ((word & 1) == 0)
        {
            reader.Skip(1);
            return 0;
        }

        if ((word & 2) == 0)
        {
            reader.Skip(2);
        }
        else
        {
            int leading = (int)(word >> 2) & 31;
            length = ((int)(word >> 7) & 63) + 1;
            trailing = 64 - leading - length;
            reader.Skip(13);
        }

        ulong low = reader.Read(Math.Min(length, 32));
        return (length > 32 ? low | (reader.Read(length - 32) << 32) : low) << trailing;
    }
}
