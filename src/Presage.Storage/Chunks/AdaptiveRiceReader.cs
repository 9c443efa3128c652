// Hot path: every sample of every query passes here. Budget: 3 ns.
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Presage.Storage;

/// <summary>Reads the streams of <see cref="AdaptiveRice"/>.</summary>
static class AdaptiveRiceReader
{
    /// <summary>
    /// Up to this parameter two codes fit one word of 57 bits: prefix, stop bit and low bits take 16 + 1 + 10 at most,
    /// and the next parameter is at most two more.
    /// </summary>
    const int TwoPerWordMax = ((10 + 1) << AdaptiveRice.Fraction) - 1;

    /// <summary>From this run parameter on zeros are told by their number.</summary>
    const int RunScaleMin = 1 << AdaptiveRice.Fraction;

    /// <summary>How a code moves the Rice parameter, by the ones of its prefix: as AdaptRice does.</summary>
    static ReadOnlySpan<sbyte> RiceSteps => [-2, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>
    /// Reads as many numbers as the destination holds. Where a value was kept as it is, its bits stand in the
    /// destination and its position is added to <paramref name="raw"/>. Returns how many raw ones there are.
    /// </summary>
    /// <exception cref="CorruptDataException">The stream is cut or not one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Read<TPrediction>(
        ref BitReader reader, AdaptiveRice state, long number, long delta, scoped Span<long> destination,
        scoped Span<ushort> raw)
        where TPrediction : IPrediction
    {
        // Copies, so that position and parameters stay in registers from code to code.
        var bits = reader;
        int run = state.RunScale, rice = state.RiceScale, rawCount = 0, at = 0;
        while (at < destination.Length)
        {
            if (run < RunScaleMin)
            {
                ReadPairs<TPrediction>(ref bits, ref run, ref rice, ref number, ref delta, destination, ref at);
                if (at == destination.Length)
                {
                    break;
                }
            }

            int k = run >> AdaptiveRice.Fraction;
            if (k > 0 && IsAllZeros<TPrediction>(ref bits, k, ref run, ref number, ref delta, destination, ref at))
            {
                continue;
            }

            ulong word = bits.Peek();
            int ones = BitOperations.TrailingZeroCount(~word);
            ulong u;
            int riceStep = AdaptiveRice.EscapeOnes + 8;
            if (ones < AdaptiveRice.EscapeOnes)
            {
                u = Code(word, ones, rice >> AdaptiveRice.Fraction, out int length);
                bits.Skip(length);
                riceStep = StepOf(ones);
            }
            else if (!ReadLong(ref bits, word, out u))
            {
                raw[rawCount++] = (ushort)at;
                destination[at++] = (long)u;
                run = k == 0 ? AfterPlain(run, 1) : run;
                continue;
            }

            rice = Math.Min(AtLeast0(rice + riceStep), AdaptiveRice.RiceScaleMax);
            run = k == 0 ? AfterPlain(run, u) : run;
            destination[at++] = TPrediction.Next(k > 0 ? u + 1 : u, ref number, ref delta);
        }

        reader = bits;
        return bits.IsOverrun ? throw new CorruptDataException("A chunk is cut short.") : rawCount;
    }

    /// <summary>
    /// Reads short plain codes as long as they come, two for each look at the stream: that look is what the codes of
    /// one stream, each of which says where the next one is, wait for most.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ReadPairs<TPrediction>(
        ref BitReader bits, ref int run, ref int rice, ref long number, ref long delta,
        scoped Span<long> destination, ref int at)
        where TPrediction : IPrediction
    {
        while (at < destination.Length - 1 && rice <= TwoPerWordMax)
        {
            ulong word = bits.Peek();
            int ones = BitOperations.TrailingZeroCount(~word);
            if (ones >= AdaptiveRice.EscapeOnes)
            {
                return;
            }

            ulong u = Code(word, ones, rice >> AdaptiveRice.Fraction, out int length);
            rice = AtLeast0(rice + StepOf(ones));
            run = AfterPlain(run, u);
            destination[at++] = TPrediction.Next(u, ref number, ref delta);
            word >>= length;
            ones = BitOperations.TrailingZeroCount(~word);
            if (run >= RunScaleMin || ones >= AdaptiveRice.EscapeOnes)
            {
                bits.Skip(length);
                return;
            }

            u = Code(word, ones, rice >> AdaptiveRice.Fraction, out int second);
            rice = AtLeast0(rice + StepOf(ones));
            run = AfterPlain(run, u);
            destination[at++] = TPrediction.Next(u, ref number, ref delta);
            bits.Skip(length + second);
            if (run >= RunScaleMin)
            {
                return;
            }
        }
    }

    /// <summary>Reads a run of zeros; whether it is a full one, behind which no other number stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsAllZeros<TPrediction>(
        ref BitReader bits, int k, ref int run, ref long number, ref long delta, scoped Span<long> destination,
        ref int at)
        where TPrediction : IPrediction
    {
        ulong word = bits.Peek();
        int left = destination.Length - at;
        bool isFull = (word & 1) == 0;
        int zeros = isFull ? Math.Min(1 << k, left) : (int)(word >> 1) & ((1 << k) - 1);
        bits.Skip(isFull ? 1 : k + 1);
        run = isFull
            ? Math.Min(run + AdaptiveRice.FullRunStep, AdaptiveRice.RunScaleMax)
            : AtLeast0(run - AdaptiveRice.BrokenRunStep);
        if (!isFull && zeros >= left)
        {
            throw new CorruptDataException("A run is longer than its chunk.");
        }

        TPrediction.Repeat(destination.Slice(at, zeros), ref number, ref delta);
        at += zeros;
        return isFull;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Code(ulong word, int ones, int p, out int length)
    {
        length = ones + 1 + p;
        return ((ulong)ones << p) | ((word >> (ones + 1)) & ((1UL << p) - 1));
    }

    /// <summary>By table and not by branches: how long a code is can't be foreseen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int StepOf(int ones) => Unsafe.Add(ref MemoryMarshal.GetReference(RiceSteps), ones);

    /// <summary>The run parameter after a plain code, without branches for the same reason.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int AfterPlain(int run, ulong u)
    {
        int isZero = (int)(((u | (0 - u)) >> 63) ^ 1);
        return AtLeast0(run - AdaptiveRice.PlainStep + (isZero * 2 * AdaptiveRice.PlainStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int AtLeast0(int number) => number & ~(number >> 31);

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
