using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>The rhythm of the day and the week of every series, and its trend.</summary>
public sealed class SeriesRhythmTests
{
    const long DayMs = 86_400_000;
    const long FirstMondayMs = 1_767_571_200_000;

    [Theory]
    [InlineData("office", "no rise on a Wednesday", 23, 8, 3, SeriesOddity.WrongTime)]
    [InlineData("office", "a Saturday's load", 26, 8, 2, SeriesOddity.WrongTime)]
    [InlineData("office", "load at night", 23, 3, 1, SeriesOddity.WrongTime)]
    [InlineData("sunday to thursday", "load on a Friday night", 32, 3, 1, SeriesOddity.WrongTime)]
    [InlineData("backup on Sundays", "backup on a Wednesday", 23, 1, 1, SeriesOddity.WrongTime)]
    [InlineData("nightly job", "job at noon", 9, 12, 1, SeriesOddity.WrongTime)]
    [InlineData("sine", "twelve hours late", 9, 4, 1, SeriesOddity.WrongTime)]
    [InlineData("filling disk", "three times as fast", 22, 12, 30, SeriesOddity.Trend)]
    public void What_breaks_a_rhythm_is_named(
        string signal, string fault, int day, int hour, int hoursMax, SeriesOddity expected)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            long faultMs = FirstMondayMs + (day * DayMs) + (hour * 3_600_000L);
            var series = new FollowedSeries(seed, signal, fault, faultMs);
            while (series.NowMs < faultMs)
            {
                series.Step();
            }

            bool isFound = false;
            while (!isFound && series.NowMs < faultMs + (hoursMax * 3_600_000L))
            {
                series.Step();
                isFound = series.Trace.Oddity == expected;
            }

            Assert.True(isFound, $"{signal}, {fault}, seed {seed}: {series.Trace.Score}.");
            Assert.InRange(series.Trace.Score, 1 - SeriesTrace.OddProbability, 1);

            // It is told for longer than one look of five minutes.
            int held = 0;
            for (int i = 0; i < 120; i++)
            {
                series.Step();
                held += series.Trace.Oddity == SeriesOddity.None ? 0 : 1;
            }

            Assert.InRange(held, 60, 120);
        }
    }

    [Theory]
    [InlineData("office", true, true)]
    [InlineData("sunday to thursday", true, true)]
    [InlineData("backup on Sundays", true, true)]
    [InlineData("clocks changed", true, true)]
    [InlineData("a holiday", true, true)]
    [InlineData("nightly job", true, false)]
    [InlineData("sine", true, false)]
    [InlineData("noise", false, false)]
    [InlineData("bursts", false, false)]
    [InlineData("wandering", false, false)]
    [InlineData("filling disk", false, false)]
    public void Rhythms_are_learned_and_cry_no_wolf(string signal, bool isKnown, bool isWeekly)
    {
        int odd = 0;
        for (ulong seed = 1; seed <= 4; seed++)
        {
            var series = new FollowedSeries(seed, signal, fault: "", long.MaxValue);
            bool wasOdd = false;
            while (series.NowMs < FirstMondayMs + (30 * DayMs))
            {
                series.Step();
                bool isOdd = series.Trace.Oddity is SeriesOddity.WrongTime or SeriesOddity.Trend;
                odd += isOdd && !wasOdd && !series.IsFree ? 1 : 0;
                wasOdd = isOdd;
            }

            Assert.Equal(isKnown, series.Rhythm.IsKnown);
            Assert.Equal(isWeekly, series.Rhythm.IsWeekly);
            Assert.Equal(isKnown, series.Rhythm.Expected(series.NowMs) is not null);
        }

        // 120 days: one is what the score promises.
        Assert.InRange(odd, 0, 1);
    }

    [Fact]
    public void What_is_expected_holds_the_level_of_the_hour()
    {
        var series = new FollowedSeries(7, "office", fault: "", long.MaxValue);
        while (series.NowMs < FirstMondayMs + (28 * DayMs))
        {
            series.Step();
        }

        var (nightLow, nightHigh) = series.Rhythm.Expected(FirstMondayMs + (28 * DayMs) + (3 * 3_600_000)) ?? default;
        var (dayLow, dayHigh) = series.Rhythm.Expected(FirstMondayMs + (28 * DayMs) + (12 * 3_600_000)) ?? default;
        var (restLow, restHigh) = series.Rhythm.Expected(FirstMondayMs + (33 * DayMs) + (12 * 3_600_000)) ?? default;
        Assert.InRange(nightLow, 3, nightHigh);
        Assert.InRange(nightHigh, nightLow, 9);
        Assert.InRange(dayLow, 30, 60);
        Assert.InRange(dayHigh, 60, 95);
        Assert.InRange(restLow, 3, restHigh);
        Assert.InRange(restHigh, restLow, 9);
    }

    [Fact]
    public void It_goes_on_from_what_was_saved_and_survives_damage()
    {
        Assert.Equal(174, SeriesRhythm.Bytes);
        var series = new FollowedSeries(3, "office", fault: "", long.MaxValue);
        while (series.NowMs < FirstMondayMs + (15 * DayMs))
        {
            series.Step();
        }

        byte[] bytes = new byte[SeriesRhythm.Bytes];
        series.Rhythm.Save(bytes);
        Assert.True(SeriesRhythm.TryRead(bytes, out var read));
        var live = series.Rhythm;
        var random = new SeededGenerator(1);
        for (int i = 1; i < 600; i++)
        {
            long atMs = series.NowMs + (i * SeriesRhythm.VisitMs);
            double mean = 60 * random.Uniform();
            Assert.Equal(live.See(atMs, mean, isOdd: false), read.See(atMs, mean, isOdd: false));
        }

        // Any bytes: they are refused, or what they make goes on with finite numbers.
        for (int i = 0; i < 2_000; i++)
        {
            byte[] damaged = [.. bytes];
            for (int hit = 0; hit < 1 + (i % 8); hit++)
            {
                damaged[(int)(random.Uniform() * damaged.Length)] = (byte)(random.Uniform() * 256);
            }

            if (SeriesRhythm.TryRead(damaged, out read))
            {
                Follow(ref read, random, series.NowMs + SeriesRhythm.VisitMs, 100);
            }
        }
    }

    [Fact]
    public void No_value_and_no_time_breaks_it()
    {
        var random = new SeededGenerator(11);
        for (int run = 0; run < 20; run++)
        {
            var rhythm = default(SeriesRhythm);
            Follow(ref rhythm, random, (long)(random.Uniform() * 4e12) - 2_000_000_000_000, 4_000);
        }
    }

    [Theory]
    [InlineData(1e30)]
    [InlineData(-1e300)]
    [InlineData(double.NaN)]
    [InlineData(0)]
    public void A_wild_hour_is_forgotten(double wild)
    {
        var random = new SeededGenerator(5);
        var rhythm = default(SeriesRhythm);
        for (int i = 0; i < 40 * 288; i++)
        {
            long atMs = FirstMondayMs + (i * SeriesRhythm.VisitMs);
            bool isWild = i / 12 == 14 * 24;
            double mean = 50 + (30 * Math.Sin(2 * Math.PI * i / 288)) + random.Normal();
            var reading = rhythm.See(atMs, isWild ? wild : mean, isOdd: isWild);
            bool isOdd = reading.Probability <= SeriesTrace.OddProbability;
            Assert.True(!isOdd || isWild, $"Look {i}: {reading}, {rhythm.Expected(atMs)}.");
            Assert.True(rhythm.IsKnown || i < 5 * 288 || i > 14 * 288);
        }

        Assert.True(rhythm.IsKnown);
        var (lower, upper) = rhythm.Expected(FirstMondayMs + (40 * DayMs) + (DayMs / 4)) ?? default;
        Assert.InRange(lower, 60, 80);
        Assert.InRange(upper, 80, 90);
    }

    static void Follow(ref SeriesRhythm rhythm, SeededGenerator random, long atMs, int visits)
    {
        double[] wild = [double.NaN, double.PositiveInfinity, 1e308, -1e308, double.Epsilon, 0, 1e30, 1e-300, -5];
        for (int i = 0; i < visits; i++)
        {
            atMs += random.Uniform() < 0.01 ? (long)(random.Uniform() * 1e10) : SeriesRhythm.VisitMs;
            double mean = random.Uniform() < 0.05
                ? wild[(int)(random.Uniform() * wild.Length)]
                : random.Normal() * Math.Pow(10, i % 300 == 0 ? 6 : 0);
            var reading = rhythm.See(atMs, mean, random.Uniform() < 0.1);
            Assert.InRange(reading.Probability, 0, 1);
            if (rhythm.Expected(atMs) is { } expected)
            {
                Assert.True(double.IsFinite(expected.Lower) && expected.Lower <= expected.Upper);
            }
        }
    }

    /// <summary>A simulated signal, looked at every ten seconds as the live watcher does.</summary>
    sealed class FollowedSeries(ulong seed, string signal, string fault, long faultMs)
    {
        readonly SeededGenerator _random = new(seed);
        double _noise;
        double _jobAt = 2;
        double _burst;
        long _burstUntilMs;
        double _wander;

        public SeriesTrace Trace;
        public SeriesRhythm Rhythm;

        public long NowMs { get; private set; } = FirstMondayMs + 3_000;

        /// <summary>What is odd is expected to be so: a holiday, the first free Friday.</summary>
        public bool IsFree => signal switch
        {
            "a holiday" => Day is 17 or 18,
            "sunday to thursday" => Day < 7,
            _ => false,
        };

        int Day => (int)((NowMs - FirstMondayMs) / DayMs);

        bool IsFault => NowMs >= faultMs;

        public void Step()
        {
            NowMs += 10_000;
            _noise = (0.99 * _noise) + (0.141 * _random.Normal());
            Trace.See(NowMs, Value(Day, (NowMs - FirstMondayMs) % DayMs / 3_600_000.0));
            if (Trace.IsMeanDue && Trace.HasLife)
            {
                bool isOdd = Trace.Oddity is not (SeriesOddity.None or SeriesOddity.WrongTime or SeriesOddity.Trend);
                Trace.Hear(Rhythm.See(NowMs, Trace.Mean, isOdd));
            }
        }

        double Value(int day, double hour)
        {
            int weekday = day % 7;
            double idle = Math.Abs(_random.Normal());
            return signal switch
            {
                "office" => Office(hour, weekday >= 5, idle),
                "sunday to thursday" => Office(hour, weekday is 4 or 5, idle),
                "clocks changed" => Office(day > 20 ? (hour + 1) % 24 : hour, weekday >= 5, idle),
                "a holiday" => Office(hour, weekday >= 5 || day == 17, idle),
                "backup on Sundays" => 3 + idle + (IsBackup(weekday, hour) ? 60 + (5 * _noise) : 0),
                "nightly job" => Job(hour) + (0.5 * idle),
                "sine" => 50 + (30 * Math.Sin((2 * Math.PI * hour / 24) + (IsFault ? Math.PI : 0))) + (2 * _noise),
                "filling disk" => Disk(day + (hour / 24)),
                "bursts" => Bursts() + idle,
                "wandering" => 50 + (_wander += (0.2 * _random.Normal()) - (_wander / 4_320)),
                _ => 100 + (5 * _random.Normal()),
            };
        }

        double Office(double hour, bool isFree, double idle)
        {
            double work = 1 / (1 + Math.Exp(-3 * (hour - 8))) / (1 + Math.Exp(3 * (hour - 18)));
            work = IsFault && NowMs < faultMs + (DayMs / 2)
                ? fault.StartsWith("no rise", StringComparison.Ordinal) ? 0 : 1
                : isFree ? 0 : work;
            return 5 + (60 * work * (1 + (0.1 * _noise))) + (0.8 * idle);
        }

        bool IsBackup(int weekday, double hour) =>
            (weekday == 6 && hour is >= 1 and < 5) || (IsFault && NowMs < faultMs + (DayMs / 6));

        double Job(double hour)
        {
            _jobAt = hour < 0.01 ? 1.7 + (0.6 * _random.Uniform()) : _jobAt;
            bool isOn = (hour >= _jobAt && hour < _jobAt + 0.66) || (IsFault && NowMs < faultMs + (DayMs / 36));
            return 2 + (isOn ? 50 + (5 * _noise) : 0);
        }

        /// <summary>Half a percent a day, and two that are tidied up at midnight.</summary>
        double Disk(double day)
        {
            double since = IsFault ? (NowMs - faultMs) / (double)DayMs : 0;
            return 30 + (0.5 * day) + (2 * (day - Math.Floor(day))) + (6 * since) + (0.02 * _random.Normal());
        }

        double Bursts()
        {
            if (_random.Uniform() < 0.0005)
            {
                _burst = 20 + (60 * _random.Uniform());
                _burstUntilMs = NowMs + (long)(300_000 + (1_800_000 * _random.Uniform()));
            }

            return 3 + (NowMs < _burstUntilMs ? _burst : 0);
        }
    }
}
