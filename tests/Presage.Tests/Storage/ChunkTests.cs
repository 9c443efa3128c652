using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class ChunkTests
{
    static readonly double[] Special =
    [
        0.0, -0.0, double.NaN, SampleValue.StaleMarker, double.PositiveInfinity, double.NegativeInfinity,
        double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 9007199254740992, -9007199254740993, 0.1,
            1e-9,
    ];

    static readonly Gen<double> AnyDouble = Gen.OneOf(
        Gen.Double,
        Gen.ULong.Select(BitConverter.UInt64BitsToDouble),
        Gen.Int[0, 13].Select(i => Special[i]));

    static readonly Gen<double> Decimal =
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Int[0, 9]).Select(
            (m, e) => m / Math.Pow(10, e));

    static readonly Gen<double[]> Counter = Gen.Select(
        Gen.Long[0, 1L << 50], Gen.Int[0, 9], Gen.Long[0, 5000].Array[1, Chunk.SamplesMax]).Select((start, e, steps) =>
        {
            double[] values = new double[steps.Length];
            for (int i = 0; i < steps.Length; i++)
            {
                start += steps[i];
                values[i] = start / Math.Pow(10, e);
            }

            return values;
        });

    static readonly Gen<double[]> Pages =
        Gen.Select(Gen.Int[1, 30], Gen.Long[0, 1 << 20].Array[1, Chunk.SamplesMax]).Select((shift, pages) =>
            Array.ConvertAll(pages, p => (double)(p << shift)));

    static readonly Gen<double[]> MostlyDecimal = Gen.Frequency(
        (30, Decimal), (1, AnyDouble)).Array[1, Chunk.SamplesMax];

    static readonly Gen<double[]> Still = Gen.Select(
        AnyDouble, Gen.Int[1, Chunk.SamplesMax], AnyDouble, Gen.Int[0, 300])
        .Select((value, count, other, at) =>
        {
            double[] values = new double[count];
            Array.Fill(values, value);
            values[at % count] = other;
            return values;
        });

    static readonly Gen<double[]> Values = Gen.OneOf(
        AnyDouble.Array[1, Chunk.SamplesMax], Decimal.Array[1, Chunk.SamplesMax], Counter, Pages, MostlyDecimal, Still);

    static readonly Gen<long> Step = Gen.Frequency(
        (20, Gen.Const(15_000L)), (10, Gen.Long[14_990, 15_010]), (1, Gen.Long[1, 3_600_000]),
            (1, Gen.Long[1, 1L << 40]));

    [Fact]
    public void Every_bit_of_every_sample_comes_back() =>
        Gen.Select(Values, Gen.Long[-(1L << 50), 1L << 50], Step.Array[Chunk.SamplesMax], Gen.Bool).Sample(
            (values, start, steps, regular) => RoundTrips(Times(start, steps, values.Length, regular), values),
                iter: 20_000);

    [Fact]
    public void Any_truncation_is_rejected_or_ends_in_the_same_samples() =>
        Gen.Select(Values, Gen.Int[0, 10_000]).Sample(
            (values, cut) =>
            {
                byte[] chunk = Write(Times(0, [], values.Length, true), values);
                int length = cut % chunk.Length;
                try
                {
                    Read(chunk.AsSpan(0, length));
                    return false;
                }
                catch (CorruptDataException)
                {
                    return true;
                }
            },
            iter: 20_000);

    [Fact]
    public void Random_and_damaged_bytes_are_rejected_without_a_crash() =>
        Gen.Select(Values, Step.Array[Chunk.SamplesMax], Gen.Select(Gen.UShort, Gen.Byte).Array[0, 8],
            Gen.Byte.Array[0, 200], Gen.Bool)
            .Sample(
            (values, steps, damage, noise, pure) =>
            {
                byte[] chunk = pure ? [Chunk.Version, .. noise] : Write(Times(0, steps, values.Length, false), values);
                foreach (var (at, b) in damage)
                {
                    chunk[at % chunk.Length] = b;
                }

                try
                {
                    Read(chunk);
                }
                catch (CorruptDataException)
                {
                    // What a reader of damaged bytes shall say.
                }
            },
            iter: 50_000);

    [Fact]
    public void Appending_in_pieces_gives_the_same_values_as_writing_at_once() =>
        Gen.Select(Values, Gen.Int[1, 16]).Sample(
            (values, piece) =>
            {
                byte[] bytes = new byte[ValueStream.BytesMax(values.Length)];
                var stream = new ValueStream();
                int at = 0;
                for (int from = 0; from < values.Length; from += piece)
                {
                    var part = values.AsSpan(from, Math.Min(piece, values.Length - from));
                    var copy = stream;
                    if (from > 0 && copy.TryAppend(part, from, bytes.AsSpan(at), out int length))
                    {
                        stream = copy;
                        at += length;
                    }
                    else
                    {
                        at = stream.Begin(values.AsSpan(0, from + part.Length), bytes);
                    }
                }

                at += stream.Finish(bytes.AsSpan(at));
                double[] back = new double[values.Length];
                ValueColumn.Read(bytes.AsSpan(0, at), back);
                return SameBits(values, back);
            },
            iter: 20_000);

    [Fact]
    public void Constant_regular_series_take_next_to_nothing()
    {
        double[] values = new double[Chunk.SamplesMax];
        Array.Fill(values, 42);

        Assert.InRange(Write(Times(1_700_000_000_000, [], values.Length, true), values).Length, 1, 20);
    }

    [Fact]
    public void A_stale_marker_costs_one_escape_and_not_the_whole_chunk()
    {
        double[] values = [.. Enumerable.Range(0, 239).Select(i => (double)(i * 100)), SampleValue.StaleMarker];

        Assert.InRange(Write(Times(0, [], values.Length, true), values).Length, 1, 60);
    }

    static long[] Times(long start, long[] steps, int count, bool regular)
    {
        long[] times = new long[count];
        for (int i = 0; i < count; i++)
        {
            times[i] = start;
            start += regular ? 15_000 : steps[i];
        }

        return times;
    }

    static byte[] Write(long[] times, double[] values)
    {
        byte[] chunk = new byte[Chunk.BytesMax];
        return chunk[..Chunk.Write(times, values, chunk)];
    }

    static (long[] Times, double[] Values) Read(ReadOnlySpan<byte> chunk)
    {
        var reader = new ChunkReader(chunk);
        long[] times = new long[reader.Count];
        double[] values = new double[reader.Count];
        reader.Read(times, values);
        return (times, values);
    }

    static bool RoundTrips(long[] times, double[] values)
    {
        var (backTimes, backValues) = Read(Write(times, values));
        return times.AsSpan().SequenceEqual(backTimes) && SameBits(values, backValues);
    }

    static bool SameBits(double[] a, double[] b) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<double, long>(a.AsSpan())
            .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.Cast<double, long>(b.AsSpan()));
}
