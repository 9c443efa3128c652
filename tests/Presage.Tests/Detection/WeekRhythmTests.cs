using System.Buffers;
using CsCheck;
using Presage.Detection;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>The rhythm of the week of one vital sign: weekdays, weekends, what comes once a week.</summary>
public sealed class WeekRhythmTests(ITestOutputHelper output)
{
    const int Seeds = 2;

    /// <summary>Days of weeks start here; the first is a Monday.</summary>
    const int Wednesday = 2, Saturday = 5, Sunday = 6;

    /// <summary>From seven days on: none of the first week's news.</summary>
    const int SecondWeek = 7;

    [Fact]
    public void From_the_second_week_on_weekends_and_mondays_are_ordinary_and_the_range_follows_them()
    {
        int wrong = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var readings = new Dictionary<(int Day, int Hour), DetectorReading>();
            var opened = Watch(
                new OfficeSignal(seed), 35, (day, hour, reading) => readings.TryAdd((day, hour), reading));
            Assert.DoesNotContain(opened, static at => at.Day >= SecondWeek && at.Day % 7 is Saturday or Sunday or 0);;
            wrong += opened.Count(static at => at.Day >= SecondWeek);
            for (int week = 2; week < 5; week++)
            {
                Assert.InRange(readings[((7 * week) + Saturday, 12)].Upper, 0.04, 0.2);
                Assert.InRange(readings[((7 * week) + Saturday, 12)].Lower, 0, 0.04);
                Assert.InRange(readings[(7 * week, 12)].Lower, 0.12, 0.44);
                Assert.InRange(readings[(7 * week, 12)].Upper, 0.44, 0.65);
            }
        }

        Assert.InRange(wrong, 0, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_wednesday_without_its_rise_and_a_busy_sunday_are_odd(int week)
    {
        int wednesday = (7 * week) + Wednesday, sunday = (7 * week) + Sunday, wrong = 0;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var opened = Watch(
                new OfficeSignal(seed)
                {
                    IsWorkday = day => day == sunday || (day % 7 < 5 && day != wednesday),
                },
                sunday + 4);
            Assert.Contains(opened, at => at.Day == wednesday && !at.IsAbove && at.Hour is > 8 and < 11);
            Assert.Contains(opened, at => at.Day == sunday && at.IsAbove && at.Hour is > 7.5 and < 9.5);
            wrong += opened.Count(at => at.Day >= SecondWeek && at.Day != wednesday && at.Day != sunday);
        }

        Assert.InRange(wrong, 0, 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_weekly_backup_is_expected_when_it_comes_and_odd_at_another_time(bool hasWorkdays)
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var opened = Watch(
                new OfficeSignal(seed)
                {
                    IsWorkday = day => hasWorkdays && day % 7 < 5,
                    Job = static (day, hour) => IsBackup(day, hour) || (day == 30 && hour is >= 12 and < 16) ? 0.5 : 0,
                },
                31);

            // The first one may be news, until it ends on Monday.
            Assert.DoesNotContain(opened, static at => at.Day is > SecondWeek and < 30);
            Assert.Contains(opened, static at => at.Day == 30 && at.IsAbove && at.Hour is >= 12 and < 12.5);
        }

        // Some minutes early or late.
        static bool IsBackup(int day, double hour)
        {
            double late = (((day / 7 * 7) % 5) - 2) / 24.0;
            return (day % 7 == Sunday && hour >= 22 + late) || (day > 0 && day % 7 == 0 && hour < 2 + late);
        }
    }

    [Fact]
    public void Which_days_are_free_is_learned()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var opened = Watch(new OfficeSignal(seed) { IsWorkday = static day => day % 7 is not (4 or 5) }, 28);
            Assert.DoesNotContain(opened, static at => at.Day >= SecondWeek);
        }
    }

    [Fact]
    public void One_holiday_is_odd_itself_and_does_not_make_the_days_after_it_odd()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var opened = Watch(new OfficeSignal(seed) { IsWorkday = static day => day % 7 < 5 && day != 21 }, 42);
            Assert.Contains(opened, static at => at.Day == 21);
            Assert.DoesNotContain(opened, static at => at.Day >= SecondWeek && at.Day != 21);
        }
    }

    [Fact]
    public void Days_without_data_and_a_clock_changed_by_an_hour_do_not_cry()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var opened = Watch(
                new OfficeSignal(seed) { Ahead = static day => day >= 30 ? 1 : 0 },
                44,
                isMissing: static day => day is >= 16 and < 21);
            Assert.DoesNotContain(opened, static at => at.Day >= SecondWeek);
        }
    }

    [Fact]
    public void Where_weeks_have_no_rhythm_nothing_is_lost()
    {
        int wrong = 0, found = 0;
        for (ulong seed = 1; seed <= 4; seed++)
        {
            var opened = Watch(
                new OfficeSignal(seed)
                {
                    IsWorkday = static _ => true,
                    Job = static (day, hour) => day == 24 && hour is >= 3 and < 4 ? 0.4 : 0,
                },
                25);
            wrong += opened.Count(static at => at.Day is >= SecondWeek and < 24);
            found += opened.Any(static at => at.Day == 24 && at.Hour is >= 3 and < 3.2) ? 1 : 0;
        }

        output.WriteLine($"{wrong} false, {found} of 4 found");
        Assert.InRange(wrong, 0, 1);
        Assert.Equal(4, found);
    }

    [Fact]
    public void The_week_is_learned_from_stored_history_and_then_judged_by()
    {
        // Two days seen live from Thursday on, as a new server has them; then history of three weeks.
        const int First = 21 + 3;
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var signal = new OfficeSignal(seed);
            var detector = new VitalDetector(OfficeSignal.Settings);
            var times = new List<long>();
            var values = new List<double>();
            var opened = new List<int>();
            for (long atMs = NormalSignal.StartMs; atMs < NormalSignal.StartMs + (30 * 86_400_000L); atMs += 60_000)
            {
                int day = (int)((atMs - NormalSignal.StartMs) / 86_400_000);
                double value = signal.At(atMs);
                times.Add(atMs);
                values.Add(value);
                if (day >= First && detector.Feed(atMs, value).Change == AnomalyChange.Opened)
                {
                    opened.Add(day);
                }

                if (atMs == NormalSignal.StartMs + ((First + 1) * 86_400_000L) + (22 * 3_600_000L))
                {
                    Assert.Equal(LearningPhase.Days, detector.Phase);
                    detector.Recall(times, values.ToArray(), isAsked: false);
                    Assert.Equal(LearningPhase.Weeks, detector.Phase);
                    byte[] learned = Save(detector);
                    detector.Recall(times[..^1_000], values.ToArray().AsSpan(0, values.Count - 1_000), isAsked: false);
                    Assert.Equal(learned, Save(detector));
                }
            }

            // Saturday is day 26, Monday 28.
            Assert.DoesNotContain(opened, static day => day > First + 1);
        }
    }

    [Fact]
    public void Restarts_change_nothing_and_the_state_of_the_version_before_is_read()
    {
        var signal = new OfficeSignal(3);
        var (once, again) = (new VitalDetector(OfficeSignal.Settings), new VitalDetector(OfficeSignal.Settings));
        for (int i = 0; i < 18 * 1_440; i++)
        {
            long atMs = NormalSignal.StartMs + (i * 60_000L);
            double value = signal.At(atMs);
            Assert.Equal(once.Feed(atMs, value), again.Feed(atMs, value));
            if (i % 977 == 0)
            {
                byte[] state = Save(again);
                if (i < 1_440)
                {
                    // Before there is a week, version 4 is version 3 and half hours seen, no week, and a checksum.
                    Assert.Equal(0, state[^9]);
                    again = VitalDetector.Restore(OfficeSignal.Settings, [3, .. state.AsSpan(1, state.Length - 18)])!;
                    Assert.NotNull(again);
                }

                again = VitalDetector.Restore(OfficeSignal.Settings, state)!;
                Assert.Equal(state, Save(again));
            }
        }
    }

    [Fact]
    public void Takes_no_memory_of_its_own_where_days_foretell_all_and_none_at_all_while_feeding()
    {
        // The first run in a process pays for what is made once.
        _ = Learned(static day => day % 7 < 5);
        long idle = Learned(static _ => false), office = Learned(static day => day % 7 < 5);
        output.WriteLine($"{idle} and {office} bytes");
        Assert.InRange(idle, 1_000, 3_500);
        Assert.InRange(office, idle + 1_344, idle + 3_000);

        static long Learned(Func<int, bool> isWorkday)
        {
            var signal = new OfficeSignal(1) { IsWorkday = isWorkday };
            var detector = new VitalDetector(OfficeSignal.Settings);
            long bytes = 0, later = 0;
            for (int i = 0; i < 16 * 1_440; i++)
            {
                long atMs = NormalSignal.StartMs + (i * 60_000L);
                double value = signal.At(atMs);
                long before = GC.GetAllocatedBytesForCurrentThread();
                detector.Feed(atMs, value);
                long taken = GC.GetAllocatedBytesForCurrentThread() - before;
                bytes += taken;
                later += i >= 9 * 1_440 ? taken : 0;
            }

            Assert.Equal(0, later);
            return bytes;
        }
    }

    [Fact]
    public void Any_weeks_give_finite_output_and_state_that_restores() =>
        Gen.Select(Gen.Double, Gen.Int[0, 6], Gen.Int[0, 400]).Array[1, 30].Sample(days =>
        {
            var detector = new VitalDetector(OfficeSignal.Settings);
            long atMs = -3 * 86_400_000L;
            foreach (var (value, kind, gapHours) in days)
            {
                atMs += kind == 6 ? gapHours * 3_600_000L : 0;
                for (int i = 0; i < 288; i++)
                {
                    atMs += 300_000;
                    double fed = kind > 2 ? value : kind * (i is > 96 and < 200 ? 0.4 : 0.01);
                    AssertSane(detector.Feed(atMs, fed));
                }
            }

            byte[] state = Save(detector);
            Assert.Equal(state, Save(VitalDetector.Restore(OfficeSignal.Settings, state)!));
        }, iter: 25);

    static void AssertSane(DetectorReading reading)
    {
        Assert.True(double.IsNaN(reading.Score) || reading.Score is >= 0 and <= 1);
        Assert.True(double.IsNaN(reading.Lower) || (double.IsFinite(reading.Lower) && reading.Lower <= reading.Upper));
        Assert.False(double.IsInfinity(reading.Upper));
    }

    /// <summary>When anomalies opened, and to which side.</summary>
    List<(int Day, double Hour, bool IsAbove)> Watch(
        OfficeSignal signal,
        int days,
        Action<int, int, DetectorReading>? see = null,
        Func<int, bool>? isMissing = null)
    {
        var detector = new VitalDetector(OfficeSignal.Settings);
        var opened = new List<(int Day, double Hour, bool IsAbove)>();
        for (int i = 0; i < days * 1_440; i++)
        {
            int day = i / 1_440;
            long atMs = NormalSignal.StartMs + (i * 60_000L);
            double value = signal.At(atMs);
            if (isMissing?.Invoke(day) == true)
            {
                continue;
            }

            var reading = detector.Feed(atMs, value);
            see?.Invoke(day, i % 1_440 / 60, reading);
            if (reading.Change == AnomalyChange.Opened)
            {
                opened.Add((day, i % 1_440 / 60.0, detector.Anomaly.IsAbove));
            }
        }

        output.WriteLine(string.Join(", ", opened.Select(static at => $"{at.Day} {at.Hour:0.0} {at.IsAbove}")));
        return opened;
    }

    static byte[] Save(VitalDetector detector)
    {
        var output = new ArrayBufferWriter<byte>();
        detector.Save(output);
        return output.WrittenSpan.ToArray();
    }
}
