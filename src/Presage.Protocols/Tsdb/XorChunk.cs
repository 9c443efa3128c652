// Hot path of imports: per sample.
using System.Buffers.Binary;
using Presage.Metrics;

namespace Presage.Protocols.Tsdb;

/// <summary>
/// Decodes a chunk of Prometheus' "XOR" encoding (Gorilla, Pelkonen 2015, with buckets of its own for delta of delta):
/// two bytes of count, then timestamps and values as a bit stream.
/// </summary>
public static class XorChunk
{
    /// <summary>
    /// Adds the samples of a range of time to a batch's last series; returns what is broken, or null.
    /// </summary>
    /// <param name="fromMs">The first timestamp taken.</param>
    /// <param name="toMs">The last timestamp taken.</param>
    public static string? Add(ReadOnlySpan<byte> data, long fromMs, long toMs, SampleBatch batch)
    {
        if (data.Length < 2)
        {
            return "the chunk is shorter than its count";
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(data);
        var reader = new XorBits(data[2..]);
        long timestampMs = 0, delta = 0;
        ulong bits = 0;
        int leading = 0, trailing = 0;
        for (int i = 0; i < count; i++)
        {
            if (i == 0)
            {
                timestampMs = reader.ReadVarint();
                bits = reader.ReadBits(64);
            }
            else
            {
                delta = i == 1 ? (long)reader.ReadUvarint() : delta + ReadDeltaOfDelta(ref reader);
                timestampMs += delta;
                if (!reader.ReadValue(ref bits, ref leading, ref trailing))
                {
                    return "a value has more than 64 bits";
                }
            }

            if (reader.IsBroken)
            {
                return $"the chunk ends within sample {i + 1} of {count}";
            }

            if (timestampMs >= fromMs && timestampMs <= toMs)
            {
                batch.AddSample(timestampMs, BitConverter.UInt64BitsToDouble(bits));
            }
        }

        return null;
    }

    static long ReadDeltaOfDelta(ref XorBits reader)
    {
        int ones = 0;
        while (ones < 4 && reader.ReadBit())
        {
            ones++;
        }

        int size = ones switch { 0 => 0, 1 => 14, 2 => 17, 3 => 20, _ => 64 };
        if (size is 0 or 64)
        {
            return size == 0 ? 0 : (long)reader.ReadBits(64);
        }

        long bits = (long)reader.ReadBits(size);
        return bits > 1L << (size - 1) ? bits - (1L << size) : bits;
    }
}
