using System.Buffers;
using CsCheck;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

public sealed class VitalDetectorTests(ITestOutputHelper output)
{
    static readonly DetectorSettings Ratio = new() { Floor = 0.1, Minimum = 0, Maximum = 1 };

    static readonly DetectorSettings Bytes = new()
    {
        Floor = 1 << 20, RelativeFloor = 0.5, IsLogarithmic = true, Minimum = 0,
    };

    [Fact]
    public void Knows_nothing_for_six_minutes_of_data_then_the_usual_range()
    {
        var detector = new VitalDetector(Ratio);
        for (int i = 0; i <= 360; i++)
        {
            var learning = detector.Feed(NormalSignal.StartMs + (i * 1_000), 0.02 + (0.001 * (i % 7)));
            Assert.True(double.IsNaN(learning.Score));
        }

        var reading = detector.Feed(NormalSignal.StartMs + 361_000, 0.023);
        Assert.Equal(LearningPhase.Days, detector.Phase);
        Assert.InRange(reading.Lower, 0.0, 0.02);
        Assert.InRange(reading.Upper, 0.026, 0.05);
        Assert.InRange(reading.Score, 0, 0.9);
    }

    [Theory]
    [InlineData(15, 3)]
    [InlineData(60, 3)]
    public void Raises_far_less_than_one_false_alarm_per_vital_and_week(int cadenceSeconds, int weeks)
    {
        var kinds = Enum.GetValues<NormalKind>();
        int first = 0, later = 0;
        foreach (var kind in kinds)
        {
            var signal = new NormalSignal(kind, 77, cadenceSeconds);
            var detector = new VitalDetector(signal.Settings);
            int alarms = 0;
            for (double s = 0; s < weeks * 7 * 86_400; s += cadenceSeconds)
            {
                var change = detector.Feed(NormalSignal.StartMs + (long)(s * 1_000), signal.At(s)).Change;
                bool isFirstWeek = s < 7 * 86_400;
                first += change == AnomalyChange.Opened && isFirstWeek ? 1 : 0;
                later += change == AnomalyChange.Opened && !isFirstWeek ? 1 : 0;
                alarms += change == AnomalyChange.Opened ? 1 : 0;
            }

            output.WriteLine($"{kind}: {alarms} in {weeks} weeks");
        }

        // The first week includes the first hourly and the first nightly job of CronCpu, which are news.
        double firstMean = first / (double)kinds.Length, laterMean = later / (double)kinds.Length / (weeks - 1);
        output.WriteLine($"first week {firstMean:0.00}, later {laterMean:0.00} per vital and week");
        Assert.True(firstMean < 1, $"{firstMean} per vital in the first week");
        Assert.True(laterMean < 0.3, $"{laterMean} per vital and week later");
    }

    [Theory]
    [InlineData(NormalKind.BusyCpu, 15, 8 * 24 + 12, 0.0, 60)]
    [InlineData(NormalKind.Latency, 1, 26, 20.0, 90)]
    [InlineData(NormalKind.Network, 15, 8 * 24 + 12, 0.0, 300)]
    public void Sees_what_changes_at_once(
        NormalKind kind, int cadenceSeconds, int learnHours, double factor, int withinSeconds)
    {
        var delay = DelayOf(kind, cadenceSeconds, learnHours, (value, _) => value * factor, 3_600);

        Assert.InRange(delay, 0, withinSeconds);
    }

    [Fact]
    public void Sees_a_saturated_cpu_within_15_s_of_the_change_after_half_an_hour()
    {
        var random = new SeededGenerator(5);
        var detector = new VitalDetector(Ratio);
        long openedMs = 0;
        for (int i = 0; i < 2_100; i++)
        {
            double value = i < 1_900 ? 0.02 + (0.01 * random.Exponential()) : 0.99;
            var reading = detector.Feed(NormalSignal.StartMs + (i * 1_000), value);
            Assert.False(reading.Change == AnomalyChange.Opened && i < 1_900, "False alarm.");
            openedMs = reading.Change == AnomalyChange.Opened ? i - 1_900 : openedMs;
        }

        Assert.InRange(openedMs, 1, 15);
        Assert.Equal(NormalSignal.StartMs + 1_900_000, detector.Anomaly.StartMs);
        Assert.True(detector.Anomaly.IsAbove);
    }

    [Fact]
    public void What_was_busy_while_it_was_installed_is_not_usual()
    {
        var random = new SeededGenerator(5);
        var detector = new VitalDetector(Ratio);
        int openedAt = 0;
        for (int i = 0; i < 720 && openedAt == 0; i++)
        {
            double value = i is < 170 or > 700 ? 0.99 : 0.02 + (0.01 * random.Exponential());
            var change = detector.Feed(NormalSignal.StartMs + (i * 1_000), value).Change;
            openedAt = change == AnomalyChange.Opened ? i : 0;
        }

        Assert.InRange(openedAt, 701, 715);
    }

    [Fact]
    public void Sees_a_slow_ramp_that_no_single_value_shows()
    {
        // Memory grows by 5 % of the machine per hour; the usual daily swing is as large.
        int delay = DelayOf(NormalKind.Memory, 15, 5 * 24, (value, s) => value + (0.05 * s / 3_600), 4 * 3_600);

        Assert.InRange(delay, 0, 3 * 3_600);
    }

    [Fact]
    public void Leaves_small_changes_of_a_flat_signal_alone()
    {
        var detector = new VitalDetector(Ratio);
        for (int i = 0; i < 100_000; i++)
        {
            var reading = detector.Feed(NormalSignal.StartMs + (i * 1_000), i < 90_000 ? 0.01 : 0.03);
            Assert.NotEqual(AnomalyChange.Opened, reading.Change);
        }
    }

    [Fact]
    public void Closes_when_values_are_usual_again_and_adapts_to_a_new_regime_within_a_day()
    {
        var random = new SeededGenerator(9);
        var detector = new VitalDetector(Ratio);
        int closedAt = 0;
        for (int i = 0; i < 3 * 5_760; i++)
        {
            bool isSpike = i is > 5_000 and < 5_040, isRegime = i > 5_760;
            double value = (isSpike || isRegime ? 0.8 : 0.05) + (0.01 * random.Normal());
            var reading = detector.Feed(NormalSignal.StartMs + (i * 15_000L), value);
            if (i is > 5_060 and < 5_760)
            {
                Assert.False(detector.IsUnusual, $"Still open at {i}.");
            }

            closedAt = reading.Change == AnomalyChange.Closed ? i : closedAt;
        }

        Assert.False(detector.IsUnusual);
        Assert.InRange((closedAt - 5_760) / 240.0, 1, 24);
    }

    [Fact]
    public void What_comes_back_a_third_time_is_usual()
    {
        var random = new SeededGenerator(4);
        var detector = new VitalDetector(Ratio);
        int opened = 0;
        for (int i = 0; i < 6 * 5_760; i++)
        {
            // From the second day on, five minutes of load at odd times, five times a day.
            bool isJob = i > 5_760 && i % 1_153 < 20;
            double value = (isJob ? 0.9 : 0.05) + (0.01 * random.Normal());
            opened += detector.Feed(NormalSignal.StartMs + (i * 15_000L), value).Change == AnomalyChange.Opened ? 1 : 0;
        }

        Assert.InRange(opened, 2, 4);
    }

    [Fact]
    public void Any_input_gives_finite_output_and_state_that_restores() =>
        Gen.Select(Gen.Double, Gen.Long[-100_000, 4_000_000], Gen.Bool).Array[0, 400].Sample(inputs =>
        {
            var detector = new VitalDetector(inputs.Length % 2 == 0 ? Ratio : Bytes);
            long atMs = 0;
            foreach (var (value, stepMs, isCalm) in inputs)
            {
                atMs += stepMs;
                var reading = detector.Feed(atMs, isCalm ? 0.5 : value);
                Assert.True(double.IsNaN(reading.Score) || reading.Score is >= 0 and <= 1);
                Assert.True(double.IsNaN(reading.Lower) == double.IsNaN(reading.Score));
                Assert.True(double.IsNaN(reading.Lower) || reading.Lower <= reading.Upper);
                Assert.False(double.IsInfinity(reading.Lower) || double.IsInfinity(reading.Upper));
            }

            Assert.NotNull(VitalDetector.Restore(inputs.Length % 2 == 0 ? Ratio : Bytes, Save(detector)));
        });

    [Fact]
    public void Ignores_nan_infinities_and_times_that_go_back()
    {
        var detector = new VitalDetector(Ratio);
        detector.Feed(10_000, 0.1);
        byte[] before = Save(detector);
        detector.Feed(11_000, double.NaN);
        detector.Feed(12_000, double.PositiveInfinity);
        detector.Feed(10_000, 0.9);
        detector.Feed(5_000, 0.9);

        Assert.Equal(before, Save(detector));
    }

    [Fact]
    public void Restart_from_state_and_batches_give_the_same_scores()
    {
        foreach (var kind in Enum.GetValues<NormalKind>())
        {
            var signal = new NormalSignal(kind, 12, 60);
            const int Count = 4 * 1_440;
            long[] times = [.. Enumerable.Range(0, Count).Select(i => NormalSignal.StartMs + (i * 60_000L))];
            double[] values =
                [.. Enumerable.Range(0, Count).Select(i => signal.At(i * 60) * (i % 1_900 > 1_890 ? 30 : 1))];
            var once = new DetectorReading[Count];
            new VitalDetector(signal.Settings).Feed(times, values, once);
            var again = new DetectorReading[Count];
            var detector = new VitalDetector(signal.Settings);
            for (int i = 0; i < Count; i++)
            {
                again[i] = detector.Feed(times[i], values[i]);
                if (i % 977 == 0)
                {
                    detector = VitalDetector.Restore(signal.Settings, Save(detector))!;
                }
            }

            Assert.Equal(once, again);
        }
    }

    [Fact]
    public void Damaged_or_foreign_state_is_refused_or_harmless()
    {
        var signal = new NormalSignal(NormalKind.BusyCpu, 12, 60);
        var detector = new VitalDetector(signal.Settings);
        for (int i = 0; i < 5_000; i++)
        {
            detector.Feed(NormalSignal.StartMs + (i * 60_000L), signal.At(i * 60));
        }

        byte[] state = Save(detector);
        Assert.InRange(state.Length, 300, 3_000);
        Assert.Null(VitalDetector.Restore(signal.Settings, []));
        Assert.Null(VitalDetector.Restore(signal.Settings, state.AsSpan(0, state.Length - 1)));
        Assert.Null(VitalDetector.Restore(signal.Settings, [.. state, 0]));
        Assert.Null(VitalDetector.Restore(signal.Settings, [99, .. state.AsSpan(1)]));
        Gen.Select(Gen.Int[1, state.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            byte[] damaged = [.. state];
            foreach (var (at, value) in changes)
            {
                damaged[at] = value;
            }

            var restored = VitalDetector.Restore(signal.Settings, damaged);
            for (int i = 0; restored is not null && i < 50; i++)
            {
                long atMs = NormalSignal.StartMs + ((6_000 + i) * 60_000L);
                var reading = restored.Feed(atMs, 0.5);
                Assert.True(double.IsNaN(reading.Score) || reading.Score is >= 0 and <= 1);
                Assert.False(double.IsInfinity(reading.Upper));
            }
        });
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.99, 1_000)]
    [InlineData(0.999999, 1e7)]
    [InlineData(1, 1e10)]
    public void A_score_is_a_mean_time_between_such_values(double score, double seconds) =>
        Assert.Equal(1, Rarity.SecondsBetween(score) / seconds, 3);

    static byte[] Save(VitalDetector detector)
    {
        var output = new ArrayBufferWriter<byte>();
        detector.Save(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Seconds from the start of a fault to its anomaly; -1 when it is never seen or normal times raised one.
    /// </summary>
    static int DelayOf(
        NormalKind kind, int cadenceSeconds, int learnHours, Func<double, double, double> fault, int faultSeconds)
    {
        var signal = new NormalSignal(kind, 231, cadenceSeconds);
        var detector = new VitalDetector(signal.Settings);
        int startSeconds = learnHours * 3_600;
        for (int s = 0; s < startSeconds + faultSeconds; s += cadenceSeconds)
        {
            double value = s < startSeconds ? signal.At(s) : fault(signal.At(s), s - startSeconds);
            var reading = detector.Feed(NormalSignal.StartMs + (s * 1_000L), value);
            if (s >= startSeconds && reading.Change == AnomalyChange.Opened)
            {
                return s - startSeconds;
            }
        }

        return -1;
    }
}
