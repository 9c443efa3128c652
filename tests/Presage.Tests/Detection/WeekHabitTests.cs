using System.Buffers;
using CsCheck;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>What comes every week on a host as a whole: by itself and where alarms are decided.</summary>
public sealed class WeekHabitTests(ITestOutputHelper output)
{
    const int Metrics = 5;
    const double Hour = 3_600, Week = 604_800, Job = 6;

    /// <summary>Sunday, ten past ten at night, from a Monday on.</summary>
    const double Sunday = (166 * Hour) + 600;

    [Fact]
    public void Twice_begins_to_count_and_three_times_is_believed_for_years()
    {
        var habit = new WeekHabit();
        Assert.Equal(0, ShareOf(habit, 0));
        Live(habit, 0, 1);
        Assert.Equal(0, ShareOf(habit, 1));
        Live(habit, 1, 2);
        Assert.Equal(2 / 3.0, ShareOf(habit, 2), 6);
        Live(habit, 2, 3);
        Assert.Equal(1, ShareOf(habit, 3));
        Live(habit, 3, 120);
        Assert.Equal(1, ShareOf(habit, 120));

        // Clocks an hour on or back, a late start; a little stronger or much weaker.
        Assert.Equal(1, ShareOf(habit, 120, Sunday - Hour));
        Assert.Equal(1, ShareOf(habit, 120, Sunday + Hour));
        Assert.Equal(1, ShareOf(habit, 120, Sunday, 1.25 * Job));
        Assert.Equal(1, ShareOf(habit, 120, Sunday, 0.5 * Job));

        // Another hour, another day, far stronger.
        Assert.Equal(0, ShareOf(habit, 120, Sunday - (3 * Hour)));
        Assert.Equal(0, ShareOf(habit, 120, Sunday - (96 * Hour)));
        Assert.Equal(0, ShareOf(habit, 120, Sunday, 1.5 * Job));
        Assert.False(new WeekHabit().KnowsWeeks);
        Assert.True(habit.KnowsWeeks);
    }

    [Fact]
    public void One_miss_lessens_it_two_weeks_in_turn_are_known_and_what_stops_is_forgotten()
    {
        var missed = new WeekHabit();
        Live(missed, 0, 10, static week => week != 8);
        Assert.Equal(0.8, ShareOf(missed, 10), 6);
        var biweekly = new WeekHabit();
        Live(biweekly, 0, 10, static week => week % 2 == 0);
        Assert.Equal(2 / 3.0, ShareOf(biweekly, 10), 6);
        var once = new WeekHabit();
        Live(once, 0, 10, static week => week == 9);
        Assert.Equal(0, ShareOf(once, 10));
        var stopped = new WeekHabit();
        Live(stopped, 0, 14, static week => week < 10);
        Assert.Equal(0, ShareOf(stopped, 14));
        stopped = new WeekHabit();
        Live(stopped, 0, 12, static week => week < 10);
        Assert.Equal(0.6, ShareOf(stopped, 12), 6);
    }

    [Fact]
    public void Weeks_without_rows_neither_help_nor_hurt_and_a_long_pause_leaves_nothing()
    {
        var habit = new WeekHabit();
        Live(habit, 0, 8);
        Live(habit, 10, 12);
        Assert.Equal(1, ShareOf(habit, 12));
        habit.Learn(1, 30 * Week);
        Assert.Equal(0, ShareOf(habit, 30));
    }

    [Fact]
    public void What_was_known_before_stays_where_the_newer_one_has_not_looked()
    {
        var before = new WeekHabit();
        Live(before, 0, 6);
        var learned = new WeekHabit();
        Live(learned, 5, 6, strength: 2 * Job);
        Assert.Equal(0, ShareOf(learned, 6));
        learned.Merge(before, isBetter: false);
        Assert.Equal(1, ShareOf(learned, 6));
        Assert.Equal(0, ShareOf(learned, 6, Sunday, 2 * Job));
        before.Merge(learned, isBetter: true);
        Assert.Equal(1, ShareOf(before, 6));
        learned.Merge(new WeekHabit(), isBetter: true);
        Assert.Equal(1, ShareOf(learned, 6));
        var empty = new WeekHabit();
        empty.Merge(learned, isBetter: false);
        Assert.Equal(1, ShareOf(empty, 6));
    }

    [Fact]
    public void Any_changes_at_any_times_make_a_share_and_a_saved_one_is_the_same()
    {
        Gen.Select(Gen.Double, Gen.OneOf(Gen.Double, Gen.Double[0, 1e8])).Array[0, 300].Sample(static rows =>
        {
            var habit = new WeekHabit();
            foreach (var (change, seconds) in rows)
            {
                Assert.InRange(habit.Share(change, seconds), 0, 1);
                habit.Learn(change, seconds);
            }

            var state = new ArrayBufferWriter<byte>();
            habit.Save(new StateWriter(state));
            Assert.InRange(state.WrittenCount, 1, 1_000);
            var reader = new StateReader(state.WrittenSpan);
            var restored = new WeekHabit();
            Assert.True(restored.Restore(ref reader) && reader.IsWhole);
            foreach (var (change, seconds) in rows)
            {
                Assert.Equal(habit.Share(change, seconds), restored.Share(change, seconds));
            }
        }, iter: 200);
        Gen.Select(Gen.Byte.Array[0, 900], Gen.Double, Gen.Double).Sample(static (bytes, change, seconds) =>
        {
            var reader = new StateReader(bytes);
            var habit = new WeekHabit();
            if (habit.Restore(ref reader))
            {
                Assert.InRange(habit.Share(change, seconds), 0, 1);
                habit.Learn(change, seconds);
            }
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_backup_every_sunday_raises_no_alarm_and_the_same_on_wednesday_does(bool isRecalled)
    {
        const int Step = 300, PerWeek = 2_016, Weeks = 6;
        const long StepMs = Step * 1_000L;
        int wednesday = (5 * PerWeek) + (2 * 288) + 170;
        double[] rows = Host(Weeks * PerWeek, row => row % PerWeek is >= 1_992 and < 2_004 ||
            (row >= wednesday && row < wednesday + 12));
        long[] times = [.. Enumerable.Range(0, rows.Length / Metrics)
            .Select(static row => NormalSignal.StartMs + (row * StepMs))];
        HostDetector? detector = null;
        for (int week = isRecalled ? 4 : 0; week < 5; week++)
        {
            var learned = Learned(week, week + 1);
            if (detector is not null)
            {
                learned.Remember(detector);
            }

            detector = learned;
        }

        for (int week = 3; isRecalled && week >= 0; week--)
        {
            int from = Math.Max(0, (week * PerWeek) - 144), to = (week + 1) * PerWeek;
            detector!.Recall(rows.AsSpan(from * Metrics, (to - from) * Metrics), times.AsSpan(from, to - from));
        }

        var strange = Learned(4, 5);
        Assert.True(detector!.KnowsWeeks);
        Assert.False(strange.KnowsWeeks);
        detector.Allow(30);
        strange.Allow(30);
        var (atJob, strangeAtJob, atWednesday) = (0, 0, 0);
        for (int row = 5 * PerWeek; row < Weeks * PerWeek; row++)
        {
            var now = rows.AsSpan(row * Metrics, Metrics);
            bool isJob = row % PerWeek >= 1_990, isWrong = row >= wednesday && row < wednesday + 12;
            var (reading, other) = (detector.Feed(now, times[row]), strange.Feed(now, times[row]));
            Assert.Equal((other.Score, other.Change), (reading.Score, reading.Change));
            atJob += isJob && reading.IsAlert ? 1 : 0;
            strangeAtJob += isJob && other.IsAlert ? 1 : 0;
            atWednesday += isWrong && reading.IsAlert ? 1 : 0;
        }

        output.WriteLine($"alarms at the job {atJob}, without its weeks {strangeAtJob}, on Wednesday {atWednesday}");
        Assert.Equal(0, atJob);
        Assert.True(strangeAtJob > 0);
        Assert.True(atWednesday > 0);

        HostDetector Learned(int fromWeek, int toWeek) => HostDetector.Learn(
            rows.AsSpan(fromWeek * PerWeek * Metrics, (toWeek - fromWeek) * PerWeek * Metrics), Metrics, Step,
            timesMs: times.AsSpan(fromWeek * PerWeek, (toWeek - fromWeek) * PerWeek));
    }

    /// <summary>Lives the weeks from one to before another: a row each five minutes, a job on some Sundays.</summary>
    static void Live(WeekHabit habit, int from, int to, Func<int, bool>? hasJob = null, double strength = Job)
    {
        for (int week = from; week < to; week++)
        {
            for (double second = 0; second < Week; second += 300)
            {
                bool isJob = second >= Sunday && second < Sunday + 1_200 && hasJob?.Invoke(week) != false;
                habit.Learn(isJob ? strength : 1.5, (week * Week) + second);
            }
        }
    }

    static double ShareOf(WeekHabit habit, int week, double second = Sunday, double change = Job) =>
        habit.Share(change, (week * Week) + second);

    /// <summary>Five metrics that move together; the job moves three of them.</summary>
    static double[] Host(int count, Func<int, bool> hasJob)
    {
        var random = new SeededGenerator(5);
        double[] values = new double[count * Metrics];
        double slow = 0;
        for (int row = 0; row < count; row++)
        {
            slow = (0.95 * slow) + (0.3 * random.Normal());
            for (int j = 0; j < Metrics; j++)
            {
                values[(row * Metrics) + j] = 20 + slow + random.Normal() + (j < 3 && hasJob(row) ? 5.5 : 0);
            }
        }

        return values;
    }
}
