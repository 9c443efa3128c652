using System.Runtime.CompilerServices;

namespace Presage.Storage;

/// <summary>
/// What a coded number is told apart from: the reader of the codes is compiled for each, so that adding up costs
/// nothing beside the decoding it runs in parallel with.
/// </summary>
interface IPrediction
{
    /// <summary>The number a code stands for.</summary>
    static abstract long Next(ulong code, ref long number, ref long delta);

    /// <summary>The numbers of a run of zeros.</summary>
    static abstract void Repeat(Span<long> numbers, ref long number, ref long delta);
}

/// <summary>The codes themselves.</summary>
readonly struct NoPrediction : IPrediction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Next(ulong code, ref long number, ref long delta) => (long)code;

    public static void Repeat(Span<long> numbers, ref long number, ref long delta) => numbers.Clear();
}

/// <summary>Differences.</summary>
readonly struct DeltaPrediction : IPrediction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Next(ulong code, ref long number, ref long delta) => number += Varint.UnZigZag(code);

    public static void Repeat(Span<long> numbers, ref long number, ref long delta) => numbers.Fill(number);
}

/// <summary>Differences of differences.</summary>
readonly struct SecondDeltaPrediction : IPrediction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Next(ulong code, ref long number, ref long delta)
    {
        delta += Varint.UnZigZag(code);
        return number += delta;
    }

    public static void Repeat(Span<long> numbers, ref long number, ref long delta)
    {
        foreach (ref long one in numbers)
        {
            number += delta;
            one = number;
        }
    }
}
