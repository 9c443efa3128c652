// Hot path: every sample of every query passes here. Budget: 4 ns.
using System.Numerics;

namespace Presage.Storage;

/// <summary>Reads the streams of <see cref="AdaptiveRice"/>.</summary>
static class AdaptiveRiceReader
{
    /// <summary>
    /// Reads as many numbers as the destination holds. Where a value was kept as it is, its bits stand in the
    /// destination and its position is added to <paramref name="raw"/>. Returns how many raw ones there are.
    /// </summary>
    /// <exception cref="CorruptDataException">The stream is cut or not one.</exception>
    public static int Read(
        ref BitReader reader, AdaptiveRice state, scoped Span<ulong> destination, scoped Span<ushort> raw)
    {
        int rawCount = 0;
        int at = 0;
        while (at < destination.Length)
        {
            int k = state.RunScale >> AdaptiveRice.Fraction;
            ulong offset = 0;
            if (k > 0)
            {
                ulong word = reader.Peek();
                if ((word & 1) == 0)
                {
                    reader.Skip(1);
                    int zeros = Math.Min(1 << k, destination.Length - at);
                    destination.Slice(at, zeros).Clear();
                    at += zeros;
                    state.EndFullRun();
                    continue;
                }

                int run = (int)(word >> 1) & ((1 << k) - 1);
                reader.Skip(k + 1);
                state.AdaptBrokenRun();
                if (run >= destination.Length - at)
                {
                    throw new CorruptDataException("A run is longer than its chunk.");
                }

                destination.Slice(at, run).Clear();
                at += run;
                offset = 1;
            }

            if (ReadCode(ref reader, ref state, out ulong u))
            {
                destination[at] = u + offset;
            }
            else
            {
                raw[rawCount++] = (ushort)at;
                destination[at] = u;
                u = 1;
            }

            if (k == 0)
            {
                state.AdaptPlain(u == 0);
            }

            at++;
        }

        return reader.IsOverrun ? throw new CorruptDataException("A chunk is cut short.") : rawCount;
    }

    /// <summary>Reads one code; false where it holds raw bits.</summary>
    static bool ReadCode(ref BitReader reader, ref AdaptiveRice state, out ulong u)
    {
        ulong word = reader.Peek();
        int ones = BitOperations.TrailingZeroCount(~word);
        if (ones < AdaptiveRice.EscapeOnes)
        {
            int p = state.RiceScale >> AdaptiveRice.Fraction;
            u = ((ulong)ones << p) | ((word >> (ones + 1)) & ((1UL << p) - 1));
            reader.Skip(ones + 1 + p);
            state.AdaptRice(ones);
            return true;
        }

        reader.Skip(AdaptiveRice.EscapeOnes + 1);
        if (((word >> AdaptiveRice.EscapeOnes) & 1) == 1)
        {
            u = reader.Read64();
            return false;
        }

        int bits = (int)reader.Read(6) + 1;
        ulong low = reader.Read(Math.Min(bits, 32));
        u = bits > 32 ? low | (reader.Read(bits - 32) << 32) : low;
        state.AdaptRice(AdaptiveRice.EscapeOnes + 8);
        return true;
    }
}
