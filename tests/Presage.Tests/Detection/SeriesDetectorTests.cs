using System.Buffers;
using CsCheck;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

public sealed class SeriesDetectorTests
{
    const long StepMs = 300_000;

    /// <summary>Ordinary numbers with everything that must not hurt between them.</summary>
    static readonly Gen<double[]> Wild = Gen.Frequency(
        (20, Gen.Double[-10, 10]),
        (5, Gen.Const(1.0)),
        (1, Gen.OneOf(
            Gen.Const(double.NaN), Gen.Const(double.PositiveInfinity), Gen.Const(double.NegativeInfinity),
            Gen.Const(1e308), Gen.Const(-1e308), Gen.Const(double.MaxValue), Gen.Const(5e-324), Gen.Const(-0.0))),
        (1, Gen.Double[-1e12, 1e12])).Array[0, 400];

    [Fact]
    public void Scores_stay_finite_whatever_comes()
    {
        Wild.Sample(static values =>
        {
            var detector = new SeriesDetector();
            for (int i = 0; i < values.Length; i++)
            {
                // Times stand still, leap ahead and go back.
                long time = i % 7 == 3 ? 0 : i % 11 == 5 ? long.MaxValue : i % 13 == 4 ? long.MinValue : i * StepMs;
                var reading = detector.Feed(time, values[i]);
                Assert.InRange(reading.Score, 0, 1);
                Assert.True(double.IsFinite(reading.Strength));
            }
        }, iter: 300);
    }

    [Fact]
    public void Scores_of_a_shortened_series_are_those_of_the_whole()
    {
        Gen.Select(Wild, Gen.Int[0, 400]).Sample(static (values, length) =>
        {
            var whole = Scores(new SeriesDetector(), values);
            var cut = Scores(new SeriesDetector(), values.AsSpan(0, Math.Min(length, values.Length)));
            Assert.Equal(whole.Take(cut.Count), cut);
        }, iter: 100);
    }

    [Fact]
    public void A_restored_detector_goes_on_as_if_nothing_had_happened()
    {
        Gen.Select(Wild, Gen.Int[0, 400]).Sample(static (values, at) =>
        {
            at = Math.Min(at, values.Length);
            var straight = Scores(new SeriesDetector(), values);
            var first = new SeriesDetector();
            Scores(first, values.AsSpan(0, at));
            var state = new ArrayBufferWriter<byte>();
            first.Save(state);
            var second = SeriesDetector.Restore(state.WrittenSpan, out string? problem);
            Assert.Null(problem);
            Assert.Equal(straight.Skip(at), Scores(second!, values.AsSpan(at), at));
        }, iter: 100);
    }

    [Fact]
    public void Damaged_or_foreign_state_is_told_and_not_used()
    {
        var detector = new SeriesDetector();
        Scores(detector, Noise(1, 500));
        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);
        byte[] bytes = state.WrittenSpan.ToArray();
        Assert.InRange(bytes.Length, 1, 20_000);
        Assert.Null(SeriesDetector.Restore(bytes.AsSpan(0, bytes.Length - 1), out string? problem));
        Assert.Equal("the state is damaged", problem);
        bytes[0] = 77;
        Assert.Null(SeriesDetector.Restore(bytes, out problem));
        Assert.Equal("the state has version 77, this version of Presage reads 4", problem);
        Assert.Null(SeriesDetector.Restore([], out problem));
        Gen.Byte.Array[0, 300].Sample(static random =>
        {
            random = [(byte)(1 + (random.Length % 3)), .. random];
            return SeriesDetector.Restore(random, out string? why) is null && why is not null;
        });
    }

    [Theory]
    [InlineData("spike")]
    [InlineData("shift")]
    [InlineData("dip")]
    public void A_fault_is_the_oddest_thing_since_the_first_day(string fault)
    {
        double[] values = Noise(3, 3_000);
        for (int i = 2_500; i < (fault == "shift" ? 2_600 : 2_502); i++)
        {
            values[i] += fault == "dip" ? -30 : 30;
        }

        var scores = Scores(new SeriesDetector(), values);
        int oddest = scores.FindIndex(300, score => score >= scores.Skip(300).Max());
        Assert.InRange(oddest, 2_500, 2_510);
        Assert.InRange(scores[oddest], 0.999, 1);
    }

    [Fact]
    public void One_wild_value_does_not_blind_a_series()
    {
        double[] values = Noise(5, 4_000);
        values[1_000] = 1e308;
        values[3_500] += 15;
        values[3_501] += 15;
        var scores = Scores(new SeriesDetector(), values);
        Assert.True(scores.Skip(3_500).Take(5).Max() > 0.99);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_state_of_a_version_before_is_read_and_what_it_lacks_learned_anew(byte version)
    {
        double[] values = Noise(7, 1_000);
        var detector = new SeriesDetector();
        Scores(detector, values);
        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);

        // What a version added is the end of the state: times and rhythm, then steps and stillness.
        byte[] old = AsVersion(version, state.WrittenSpan);
        var restored = SeriesDetector.Restore(old, out string? problem);
        Assert.Null(problem);
        Assert.Equal(1_000, restored!.Samples);
        var expected = Scores(detector, values, 1_000);
        var scores = Scores(restored, values, 1_000);
        Assert.True(scores.Zip(expected).Count(static pair => pair.First == pair.Second) > 900);
    }

    [Fact]
    public void A_value_that_hangs_is_told_once_and_not_where_values_stand_still_anyway()
    {
        double[] values = Noise(13, 3_000);
        Array.Fill(values, values[2_000], 2_000, 200);
        var scores = Scores(new SeriesDetector(), values);
        int[] told = [.. Enumerable.Range(2_000, 200).Where(i => scores[i] > 0.9995)];
        Assert.Equal(3, told.Length);
        Assert.InRange(told[^1], 2_021, 2_030);

        // A sensor that rounds to whole numbers often stands still.
        double[] rounded = [.. Noise(13, 3_000).Select(static (value, i) => Math.Round(value / 50) + (i / 90 % 2))];
        Assert.DoesNotContain(Scores(new SeriesDetector(), rounded).Skip(1_000), static score => score > 0.9995);
    }

    [Fact]
    public void A_rare_step_is_told_the_second_time_too()
    {
        double[] values = Noise(15, 8_000);
        foreach (int at in (ReadOnlySpan<int>)[4_000, 7_000])
        {
            values[at] += 40;
            values[at + 1] += 40;
        }

        var scores = Scores(new SeriesDetector(), values);
        Assert.True(scores[4_000] > 0.999);
        Assert.True(scores[7_000] > 0.99);
        Assert.True(scores.Skip(6_000).Take(1_000).Max() < scores[7_000]);
    }

    [Fact]
    public void A_daily_rise_that_stays_away_is_seen_where_days_are_alike()
    {
        var random = new SeededGenerator(9);
        double[] values = [.. Enumerable.Range(0, 14 * 288).Select(i =>
            (i % 288 is >= 96 and < 216 ? 80 : 20) + random.Normal())];
        Array.Fill(values, 20.5, (12 * 288) + 96, 120);
        var scores = Scores(new SeriesDetector(), values);
        int oddest = scores.FindIndex(4 * 288, score => score >= scores.Skip(4 * 288).Max());
        Assert.InRange(oddest, (12 * 288) + 96, (12 * 288) + 216);
    }

    [Fact]
    public void Samples_that_come_faster_raise_no_more_alarms_a_week()
    {
        var detector = new SeriesDetector(Sensitivity.Highest);
        double[] values = Noise(11, 4 * 10_080);
        int alarms = 0, quiet = 60;
        for (int i = 0; i < values.Length; i++)
        {
            bool isAlert = detector.Feed(i * 60_000L, values[i]).IsAlert;
            alarms += isAlert && quiet >= 60 && i > 2_000 ? 1 : 0;
            quiet = isAlert ? 0 : quiet + 1;
        }

        // One a week is allowed, four weeks.
        Assert.InRange(alarms, 0, 8);
    }

    /// <summary>The same state as a version before wrote it.</summary>
    static byte[] AsVersion(byte version, ReadOnlySpan<byte> state)
    {
        for (int length = state.Length; length > 0; length--)
        {
            byte[] old = [version, .. state[1..length]];
            if (SeriesDetector.Restore(old, out _) is not null)
            {
                return old;
            }
        }

        throw new InvalidOperationException($"No beginning of the state is one of version {version}.");
    }

    internal static double[] Noise(ulong seed, int length)
    {
        var random = new SeededGenerator(seed);
        double slow = 0;
        return [.. Enumerable.Range(0, length).Select(i =>
        {
            slow = (0.9 * slow) + random.Normal();
            return 50 + slow + random.Normal();
        })];
    }

    static List<double> Scores(SeriesDetector detector, ReadOnlySpan<double> values, int from = 0)
    {
        var readings = new SeriesReading[values.Length];
        detector.Feed([.. Enumerable.Range(from, values.Length).Select(static i => i * StepMs)], values, readings);
        return [.. readings.Select(static reading => reading.Score)];
    }
}
