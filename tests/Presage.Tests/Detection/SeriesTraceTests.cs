using System.Runtime.CompilerServices;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>The cheap detector that every series gets.</summary>
public sealed class SeriesTraceTests
{
    const int Hour = 360;
    const int SizeNow = 108;

    /// <summary>The trace of the first test as the first two versions wrote it.</summary>
    internal const string GoldenBefore =
        "f82a0000000000000000000000003940000020410000000000000000000000400000000000000040" +
        "00000000000000008b41f2398b417239000000000000000000000000000000000000000000000000" +
        "00000000000000000000803f0000803f00000000000000000000803f000300000000000000000040";

    const string Golden =
        "f82a0000000000000000000000003940000020410000000000000040000000400000000000000000" +
        "8b41f2398b4172390000000000000000000000000000000000000000000000000000000000000000" +
        "0000803f0000803f000000000000803f0000803f0003000000000040";

    [Fact]
    public void A_trace_is_small_and_its_bytes_are_as_documented()
    {
        var trace = new SeriesTrace { IsCounter = true };
        trace.See(1_000, 5);
        trace.See(11_000, 25);
        Assert.True(SeriesTrace.TryReadBefore(Convert.FromHexString(GoldenBefore), out var before));
        Assert.Equal(trace, before);
        byte[] bytes = new byte[SeriesTrace.Bytes];
        trace.Save(bytes);
        Assert.Equal(SizeNow, Unsafe.SizeOf<SeriesTrace>());
        Assert.Equal(Golden, Convert.ToHexStringLower(bytes));
        Assert.True(SeriesTrace.TryRead(bytes, out var read));
        Assert.Equal(trace, read);
        for (int at = 0; at < bytes.Length; at += 4)
        {
            byte[] damaged = [.. bytes];
            BitConverter.TryWriteBytes(damaged.AsSpan(at), float.NaN);
            Assert.True(!SeriesTrace.TryRead(damaged, out read) || read.Score is >= 0 and <= 1);
        }
    }

    [Theory]
    [InlineData("spike", SeriesOddity.Spike, 1)]
    [InlineData("dip", SeriesOddity.Dip, 1)]
    [InlineData("shift", SeriesOddity.Shift, 60)]
    [InlineData("variance", SeriesOddity.Variance, 90)]
    [InlineData("flat", SeriesOddity.Flat, 90)]
    public void What_is_odd_is_named_soon(string fault, SeriesOddity expected, int looksMax)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var random = new SeededGenerator(seed);
            var trace = new SeriesTrace();
            long atMs = 1_000_000;
            for (int i = 0; i < 48 * Hour; i++)
            {
                trace.See(atMs += 10_000, 100 + (5 * random.Normal()));
            }

            int looks = 0;
            while (trace.Oddity != expected)
            {
                Assert.True(++looks <= looksMax, $"{fault}, seed {seed}: {trace.Oddity}, {trace.Score} after {looks}.");
                trace.See(atMs += 10_000, fault switch
                {
                    "spike" => 300,
                    "dip" => -100,
                    "shift" => 128 + (5 * random.Normal()),
                    "variance" => 100 + (45 * ((looks & 1) == 0 ? -1 : 1)),
                    _ => 101,
                });
            }
        }
    }

    [Fact]
    public void Normal_series_are_hardly_ever_odd()
    {
        int odd = 0, days = 0;
        for (ulong seed = 1; seed <= 24; seed++)
        {
            var random = new SeededGenerator(seed);
            var trace = new SeriesTrace { IsCounter = seed % 4 == 0 };
            long atMs = 1_000_000;
            double level = 50, count = 0;
            bool wasOdd = false;
            for (int i = 0; i < 7 * 24 * Hour; i++)
            {
                level += 0.02 * (50 - level + (10 * random.Normal()));
                double value = (seed % 4) switch
                {
                    0 => count += 10 * random.Exponential(),
                    1 => level + random.Normal(),
                    2 => Math.Exp(2 + random.Normal()),
                    _ => random.Uniform() < 0.05 ? random.Exponential() : 0,
                };
                trace.See(atMs += 10_000, value);
                bool isOdd = trace.Oddity != SeriesOddity.None;
                odd += isOdd && !wasOdd ? 1 : 0;
                wasOdd = isOdd;
            }

            days += 7;
        }

        // One a series and 116 days are allowed; the first day of each knows little.
        Assert.InRange(odd, 0, days / 7);
    }

    [Fact]
    public void Missing_is_told_by_the_cadence_that_was_learned()
    {
        var trace = new SeriesTrace();
        long atMs = 1_000_000;
        for (int i = 0; i < 2 * Hour; i++)
        {
            trace.See(atMs += 15_000, i & 7);
            trace.Expect(atMs + 14_000);
            Assert.Equal(SeriesOddity.None, trace.Oddity);
        }

        trace.Expect(atMs + 70_000);
        Assert.Equal(SeriesOddity.None, trace.Oddity);
        trace.Expect(atMs + 80_000);
        Assert.Equal(SeriesOddity.Missing, trace.Oddity);
        trace.See(atMs + 90_000, 3);
        Assert.Equal(SeriesOddity.None, trace.Oddity);
    }

    [Fact]
    public void Missing_is_told_sooner_where_it_is_known_how_far_behind_its_host_a_series_stays()
    {
        var trace = new SeriesTrace();
        long atMs = 1_000_000;
        for (int i = 0; i < Hour; i++)
        {
            trace.See(atMs += 10_000, i & 7);
            trace.SeeLag(i % 4);
        }

        trace.Expect(atMs + 15_000);
        Assert.Equal(SeriesOddity.None, trace.Oddity);
        trace.Expect(atMs + 16_000);
        Assert.Equal(SeriesOddity.Missing, trace.Oddity);
        Assert.True(trace.Score > 0.999999);

        // It was late once: that much is no news until it was long ago.
        trace.See(atMs += 16_000, 3);
        trace.SeeLag(12);
        trace.Expect(atMs + 35_000);
        Assert.Equal(SeriesOddity.None, trace.Oddity);
        trace.Expect(atMs + 37_000);
        Assert.Equal(SeriesOddity.Missing, trace.Oddity);
    }

    [Fact]
    public void A_counter_that_starts_anew_is_no_dip()
    {
        var random = new SeededGenerator(3);
        var trace = new SeriesTrace { IsCounter = true };
        long atMs = 1_000_000;
        double count = 1e9;
        for (int i = 0; i < 24 * Hour; i++)
        {
            trace.See(atMs += 10_000, count += 1_000 * (0.5 + random.Uniform()));
        }

        count = 0;
        for (int i = 0; i < Hour; i++)
        {
            trace.See(atMs += 10_000, count += 1_000 * (0.5 + random.Uniform()));
            Assert.Equal(SeriesOddity.None, trace.Oddity);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.9)]
    public void A_reset_between_two_looks_at_an_even_counter_is_nothing(double share)
    {
        var trace = new SeriesTrace { IsCounter = true };
        long atMs = 1_000_000;
        double count = 1e9;
        for (int i = 0; i < 24 * Hour; i++)
        {
            trace.See(atMs += 10_000, count += 1_000);
        }

        count = 1_000 * share;
        for (int i = 0; i < Hour; i++)
        {
            trace.See(atMs += 10_000, count);
            Assert.Equal(SeriesOddity.None, trace.Oddity);
            count += 1_000;
        }

        trace.See(atMs + 10_000, count + 50_000);
        Assert.Equal(SeriesOddity.Spike, trace.Oddity);
    }

    [Fact]
    public void What_stays_becomes_usual_within_the_hour()
    {
        var random = new SeededGenerator(5);
        var trace = new SeriesTrace();
        long atMs = 1_000_000;
        for (int i = 0; i < 24 * Hour; i++)
        {
            trace.See(atMs += 10_000, 10 + random.Normal());
        }

        for (int i = 0; i < Hour; i++)
        {
            trace.See(atMs += 10_000, 1_000 + random.Normal());
        }

        Assert.Equal(SeriesOddity.None, trace.Oddity);
    }

    [Fact]
    public void No_value_breaks_it()
    {
        var random = new SeededGenerator(9);
        double[] odd =
        [
            double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e308, -1e308, double.Epsilon, 0, -0.0,
        ];
        for (int kind = 0; kind < 2; kind++)
        {
            var trace = new SeriesTrace { IsCounter = kind == 1 };
            long atMs = 1_000_000;
            for (int i = 0; i < 20_000; i++)
            {
                atMs += (long)(random.Uniform() * 30_000) - 5_000;
                trace.See(atMs, i % 3 == 0 ? odd[(int)(random.Uniform() * odd.Length)] : random.Normal());
                Assert.InRange(trace.Score, 0, 1);
                Assert.True(double.IsFinite(trace.Level) && double.IsFinite(trace.Reach));
            }

            for (int i = 0; i < 60 * Hour; i++)
            {
                trace.See(atMs += 60_000, 10 + random.Normal());
            }

            trace.See(atMs += 60_000, 11);
            Assert.Equal(SeriesOddity.None, trace.Oddity);
        }
    }
}
