// Hot path: every sample of every query passes here. Budget: 4 ns.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>Reads the streams of <see cref="AdaptiveRice"/>.</summary>
static class AdaptiveRiceReader
{
    /// <summary>How a code moves the Rice parameter, by the ones of its prefix: as AdaptRice does.</summary>
    static ReadOnlySpan<sbyte> RiceSteps => [-2, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>
    /// Reads as many numbers as the destination holds. Where a value was kept as it is, its bits stand in the
    /// destination and its position is added to <paramref name="raw"/>. Returns how many raw ones there are.
    /// </summary>
    /// <exception cref="CorruptDataException">The stream is cut or not one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Read(
        ref BitReader reader, AdaptiveRice state, scoped Span<ulong> destination, scoped Span<ushort> raw)
    {
        // Copies, so that position and parameters stay in registers from code to code.
        var bits = reader;
        int run = state.RunScale, rice = state.RiceScale, rawCount = 0, at = 0;
        while (at < destination.Length)
        {
            int k = run >> AdaptiveRice.Fraction;
            ulong word = bits.Peek();
            ulong offset = 0;
            if (k > 0)
            {
                if ((word & 1) == 0)
                {
                    bits.Skip(1);
                    int zeros = Math.Min(1 << k, destination.Length - at);
                    destination.Slice(at, zeros).Clear();
                    at += zeros;
                    run = Math.Min(run + AdaptiveRice.FullRunStep, AdaptiveRice.RunScaleMax);
                    continue;
                }

                int before = (int)(word >> 1) & ((1 << k) - 1);
                bits.Skip(k + 1);
                run = Math.Max(run - AdaptiveRice.BrokenRunStep, 0);
                if (before >= destination.Length - at)
                {
                    throw new CorruptDataException("A run is longer than its chunk.");
                }

                destination.Slice(at, before).Clear();
                at += before;
                offset = 1;
                word = bits.Peek();
            }

            int ones = BitOperations.TrailingZeroCount(~word);
            ulong u;
            if (ones < AdaptiveRice.EscapeOnes)
            {
                int p = rice >> AdaptiveRice.Fraction;
                u = ((ulong)ones << p) | ((word >> (ones + 1)) & ((1UL << p) - 1));
                bits.Skip(ones + 1 + p);

                // By table and not by branches: how long a code is can't be foreseen.
                rice = Math.Clamp(rice + RiceSteps[ones], 0, AdaptiveRice.RiceScaleMax);
                destination[at] = u + offset;
            }
            else if (ReadLong(ref bits, word, out u))
            {
                rice = Math.Min(rice + AdaptiveRice.EscapeOnes + 8, AdaptiveRice.RiceScaleMax);
                destination[at] = u + offset;
            }
            else
            {
                raw[rawCount++] = (ushort)at;
                destination[at] = u;
                u = 1;
            }

            int step = u == 0 ? AdaptiveRice.PlainStep : -AdaptiveRice.PlainStep;
            run = k == 0 ? Math.Clamp(run + step, 0, AdaptiveRice.RunScaleMax) : run;
            at++;
        }

        reader = bits;
        return bits.IsOverrun ? throw new CorruptDataException("A chunk is cut short.") : rawCount;
    }

    /// <summary>Reads a code that is too long for a prefix; false where it holds raw bits.</summary>
    static bool ReadLong(ref BitReader reader, ulong word, out ulong u)
    {
        reader.Skip(AdaptiveRice.EscapeOnes + 1);
        if (((word >> AdaptiveRice.EscapeOnes) & 1) == 1)
        {
            u = reader.Read64();
            return false;
        }

        int bits = (int)reader.Read(6) + 1;
        ulong low = reader.Read(Math.Min(bits, 32));
        u = bits > 32 ? low | (reader.Read(bits - 32) << 32) : low;
        return true;
    }
}
