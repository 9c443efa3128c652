using System.Buffers;
using CsCheck;
using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

public sealed class HostDetectorTests(ITestOutputHelper output)
{
    const int Metrics = 6;
    const int Trained = 1_500;

    static readonly Gen<double[]> WildRow = Gen.Frequency(
        (20, Gen.Double[-10, 10]),
        (5, Gen.Const(1.0)),
        (
            2,
            Gen.OneOf(
                Gen.Const(double.NaN),
                Gen.Const(double.PositiveInfinity),
                Gen.Const(double.NegativeInfinity),
                Gen.Const(1e308),
                Gen.Const(-1e308),
                Gen.Const(double.MaxValue),
                Gen.Const(5e-324)
            )
        )
    ).Array[Metrics];

    static readonly Gen<double[]> WildHistory = WildRow
        .Array[0, 260]
        .Select(static rows => rows.SelectMany(r => r).ToArray());

    [Fact]
    public void Scores_stay_finite_whatever_comes_before_and_after_learning()
    {
        Gen.Select(WildHistory, WildHistory)
            .Sample(
                static (history, rows) =>
                {
                    var detector = HostDetector.Learn(history, Metrics, 60);
                    foreach (var reading in Feed(detector, rows))
                    {
                        Assert.InRange(reading.Score, 0, 1);
                        Assert.True(double.IsFinite(reading.Level));
                        Assert.True(double.IsFinite(reading.Change));
                    }
                },
                iter: 60
            );
    }

    [Fact]
    public void Values_too_small_to_be_divided_poison_nothing()
    {
        double[] rows = Host(7, Trained);
        for (int t = 0; t < Trained; t++)
        {
            rows[t * Metrics] = t % 3 == 0 ? 5e-324 : 0;
        }

        var detector = HostDetector.Learn(rows, Metrics, 60);
        foreach (var reading in Feed(detector, rows))
        {
            Assert.InRange(reading.Score, 0, 1);
            Assert.True(double.IsFinite(reading.Level) && double.IsFinite(reading.Change));
        }

        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);
        Assert.NotNull(HostDetector.Restore(state.WrittenSpan, out _));
    }

    /// <summary>A rate is a difference of counters: the larger they have become, the more it is rounded.</summary>
    [Fact]
    public void What_is_constant_but_for_rounding_that_grows_is_no_news()
    {
        int exact = OddRows(1e-14), rounded = OddRows(2e-7);
        Assert.InRange(rounded, exact - 3, exact + 3);

        static int OddRows(double rounding)
        {
            double[] history = Host(7, Trained), rows = Host(8, 600);
            var random = new SeededGenerator(3);
            for (int t = 0; t < Trained; t++)
            {
                history[(t * Metrics) + 5] = 0.002 * (1 + (1e-14 * random.Normal()));
            }

            for (int t = 0; t < 600; t++)
            {
                rows[(t * Metrics) + 5] = 0.002 * (1 + (rounding * random.Normal()));
            }

            return Feed(HostDetector.Learn(history, Metrics, 60), rows).Count(static reading => reading.Row > 1);
        }
    }

    [Fact]
    public void A_restored_detector_goes_on_as_if_nothing_had_happened()
    {
        Gen.Select(WildHistory, WildHistory, Gen.Int[0, 260])
            .Sample(
                static (history, rows, at) =>
                {
                    at = Math.Min(at * Metrics, rows.Length);
                    var straight = Feed(HostDetector.Learn(history, Metrics, 60), rows);
                    var first = HostDetector.Learn(history, Metrics, 60);
                    Feed(first, rows.AsSpan(0, at));
                    var state = new ArrayBufferWriter<byte>();
                    first.Save(state);
                    var second = HostDetector.Restore(state.WrittenSpan, out string? problem);
                    Assert.Null(problem);
                    Assert.Equal(straight.Skip(at / Metrics), Feed(second!, rows.AsSpan(at)));
                },
                iter: 40
            );
    }

    [Fact]
    public void Damaged_or_foreign_state_is_told_and_not_used()
    {
        var state = new ArrayBufferWriter<byte>();
        HostDetector.Learn(Host(1, Trained), Metrics, 60).Save(state);
        byte[] bytes = state.WrittenSpan.ToArray();
        output.WriteLine($"{bytes.Length} bytes for {Metrics} metrics");
        Assert.Null(HostDetector.Restore(bytes.AsSpan(0, bytes.Length - 1), out string? problem));
        Assert.Equal("the state is damaged", problem);
        bytes[0] = 9;
        Assert.Null(HostDetector.Restore(bytes, out problem));
        Assert.Equal("the state has version 9, this version of Presage reads 6", problem);
        Gen.Byte.Array[0, 200]
            .Sample(static random =>
            {
                random = [(byte)(1 + (random.Length % 6)), .. random];
                return HostDetector.Restore(random, out string? why) is null && why is not null;
            });
    }

    [Fact]
    public void A_broken_relation_is_seen_though_every_metric_alone_looks_usual()
    {
        double[] rows = Host(2, 6_000);
        var detector = HostDetector.Learn(rows.AsSpan(0, 4_000 * Metrics), Metrics, 60);
        double[] test = rows[(4_000 * Metrics)..];

        // Metric 1 follows metric 0; for half an hour it goes the other way within its usual range.
        for (int t = 1_500; t < 1_530; t++)
        {
            test[(t * Metrics) + 1] = 100 - test[(t * Metrics) + 1];
        }

        var readings = Feed(detector, test);
        double usual = readings.Take(1_500).Max(static reading => reading.Level);
        Assert.True(readings.Skip(1_500).Take(30).Max(static reading => reading.Level) > 3 * usual);
    }

    [Fact]
    public void A_change_raises_an_alarm_at_once_and_names_its_metric_first()
    {
        double[] rows = Host(3, 8_000);
        var detector = HostDetector.Learn(rows.AsSpan(0, 6_000 * Metrics), Metrics, 60);
        double[] test = rows[(6_000 * Metrics)..];
        for (int t = 1_000; t < 1_060; t++)
        {
            test[(t * Metrics) + 3] += 60;
            test[(t * Metrics) + 4] += 60;
        }

        Assert.DoesNotContain(Feed(detector, test.AsSpan(0, 1_000 * Metrics)), static reading => reading.IsAlert);
        var first = Feed(detector, test.AsSpan(1_000 * Metrics, 3 * Metrics));
        Assert.Contains(first, static reading => reading.IsAlert);
        int[] ranked = new int[2];
        Assert.Equal(2, detector.Rank(ranked));
        Assert.Equal([3, 4], ranked.Order());
    }

    [Fact]
    public void Without_history_it_says_nothing()
    {
        var detector = HostDetector.Learn(Host(4, 50), Metrics, 60);
        Assert.False(detector.IsTrained);
        Assert.All(Feed(detector, Host(5, 100)), static reading => Assert.Equal(0, reading.Score));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_state_of_a_version_before_keeps_what_was_seen_and_wants_a_new_model(byte version)
    {
        var detector = HostDetector.Learn(Host(1, Trained), Metrics, 60);
        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);

        // Versions before 4 had no slow distances in the views, version 1 no rows of the last ten minutes after them;
        // what follows is not read any more.
        const int Head = 1 + 8 + 8 + 8 + (9 * Metrics * 8), Slow = Metrics * 8, Past = 10 * Metrics * 8;
        byte[] old =
            [version, .. state.WrittenSpan[1..Head], .. state.WrittenSpan[(Head + Slow + (version == 1 ? Past : 0))..]];
        var restored = HostDetector.Restore(old, out string? problem);
        Assert.Null(problem);
        Assert.False(restored!.IsTrained);
        Assert.Equal(Trained, restored.Rows);
        Assert.Null(HostDetector.Restore(old.AsSpan(0, Head - 1), out problem));
        Assert.Equal("the state is damaged", problem);
    }

    [Fact]
    public void A_state_of_version_4_goes_on_without_lasting_moves_until_it_learns_again()
    {
        double[] rows = Host(1, 2 * Trained);
        var detector = HostDetector.Learn(rows.AsSpan(0, Trained * Metrics), Metrics, 60);
        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);

        // Its changes had twelve parts, and nothing came after the habits.
        const int Views = 8 + (20 * Metrics * 8), Line = 24 + (128 * 4), Level = 9 + (8 * Metrics);
        const int Parts = 17 + Views + Line + 1 + Level + (32 * Metrics) + (24 * Metrics) + 8 + (12 * 16);
        const int End = Parts + 16 + (2 * ((Metrics * Metrics) + Metrics) * 4) + (3 * 8) + 8 + 16 + (768 * 4);
        byte[] old = [4, .. state.WrittenSpan[1..Parts], .. state.WrittenSpan[(Parts + 16)..End]];
        var restored = HostDetector.Restore(old, out string? problem);
        Assert.Null(problem);
        Assert.True(restored!.IsTrained);
        var now = Feed(detector, rows.AsSpan(Trained * Metrics));
        var then = Feed(restored, rows.AsSpan(Trained * Metrics));
        Assert.All(now.Zip(then), static both =>
        {
            Assert.Equal(both.First.Level, both.Second.Level);
            Assert.Equal(both.First.IsAlert, both.Second.IsAlert);
            Assert.True(both.First.Change >= both.Second.Change);
        });
        state.Clear();
        restored.Save(state);
        Assert.Equal(6, state.WrittenSpan[0]);
        Assert.NotNull(HostDetector.Restore(state.WrittenSpan, out _));
    }

    [Fact]
    public void A_state_of_version_5_goes_on_as_before_and_remembers_its_last_week()
    {
        double[] rows = Host(1, 2 * Trained);
        var detector = HostDetector.Learn(rows.AsSpan(0, Trained * Metrics), Metrics, 60);
        var state = new ArrayBufferWriter<byte>();
        detector.Save(state);

        // The hours of five weeks end a state, but for the checksum.
        var old = StateSeal.Open();
        byte[] bytes = [5, .. state.WrittenSpan[1..^(8 + 842 + 8)]];
        old.Write(bytes);
        var closed = new ArrayBufferWriter<byte>();
        StateSeal.Close(old, closed);
        var restored = HostDetector.Restore(closed.WrittenSpan, out string? problem);
        Assert.Null(problem);
        Assert.Equal(Feed(detector, rows.AsSpan(Trained * Metrics)), Feed(restored!, rows.AsSpan(Trained * Metrics)));
        Assert.Null(HostDetector.Restore(state.WrittenSpan[..^1], out problem));
        Assert.Equal("the state is damaged", problem);
    }

    [Fact]
    public void Two_steady_metrics_that_step_for_good_stand_out_where_others_burst_all_day()
    {
        const int Day = 288;
        double[] rows = Host(15, 29 * Day);
        var random = new SeededGenerator(4);
        for (int t = 0; t < 29 * Day; t++)
        {
            // Each of the first three bursts a few times a day, far beyond what it is otherwise.
            for (int j = 0; j < 3; j++)
            {
                rows[(t * Metrics) + j] += random.Uniform() < 0.1 ? 100 * random.Exponential() : 0;
            }
        }

        var detector = HostDetector.Learn(rows.AsSpan(0, 28 * Day * Metrics), Metrics, 300);
        double[] test = rows[(28 * Day * Metrics)..];
        for (int t = 200; t < Day; t++)
        {
            test[(t * Metrics) + 3] += 10;
            test[(t * Metrics) + 4] += 10;
        }

        var readings = Feed(detector, test);
        double usual = readings.Take(200).Max(static reading => reading.Score);
        int seen = readings.FindIndex(200, reading => reading.Score > Math.Max(usual, 0.9987));
        output.WriteLine($"score up to {usual:0.00000} before, seen after {seen - 200} rows");
        Assert.InRange(seen, 200, 203);
        Assert.DoesNotContain(readings, static reading => reading.IsAlert);
    }

    [Fact]
    public void A_slow_drift_of_two_metrics_is_noticed_before_it_leaves_the_usual_range()
    {
        double[] rows = Host(14, 16 * 1_440);
        var detector = HostDetector.Learn(rows.AsSpan(0, 14 * 1_440 * Metrics), Metrics, 60);
        double[] test = rows[(14 * 1_440 * Metrics)..];
        for (int t = 1_000; t < 1_360; t++)
        {
            test[(t * Metrics) + 3] += 12 * (t - 1_000) / 360.0;
            test[(t * Metrics) + 4] += 12 * (t - 1_000) / 360.0;
        }

        var readings = Feed(detector, test);
        double usual = readings.Take(1_000).Max(static reading => reading.Change);
        int seen = readings.FindIndex(1_000, reading => reading.Change > Math.Max(usual, 3.5));
        output.WriteLine($"change up to {usual:0.00} before, seen after {seen - 1_000} of 360 rows");
        Assert.InRange(seen, 1_001, 1_340);
    }

    [Fact]
    public void A_job_that_comes_every_night_raises_no_alarm_and_the_same_at_noon_does()
    {
        const int Day = 1_440;
        double[] rows = Host(12, 22 * Day);
        foreach (int at in Enumerable.Range(0, 21).Select(static day => (day * Day) + 120).Append((20 * Day) + 700))
        {
            for (int t = at; t < at + 5; t++)
            {
                rows[(t * Metrics) + 3] += 12;
                rows[(t * Metrics) + 4] += 12;
            }
        }

        var detector = HostDetector.Learn(rows.AsSpan(0, 19 * Day * Metrics), Metrics, 60);
        detector.Allow(200);
        var readings = Feed(detector, rows.AsSpan(19 * Day * Metrics));
        double atNight = readings.Skip(Day + 120).Take(5).Max(static reading => reading.Change);
        double atNoon = readings.Skip(Day + 700).Take(5).Max(static reading => reading.Change);
        output.WriteLine($"change at night {atNight:0.00}, at noon {atNoon:0.00}");
        Assert.DoesNotContain(readings.Skip(Day + 110).Take(30), static reading => reading.IsAlert);
        Assert.Contains(readings.Skip(Day + 690).Take(30), static reading => reading.IsAlert);

        // The score is no less for it, and the time may be given: the same row at noon would alarm.
        Assert.InRange(atNight, atNoon - 0.7, atNoon + 0.7);
    }

    [Fact]
    public void Gaps_repeated_rows_constants_and_a_metric_of_one_sample_are_survived()
    {
        double[] history = Host(7, 3_000);
        double[] rows = Host(8, 1_500);
        for (int t = 0; t < 1_500; t++)
        {
            var row = rows.AsSpan(t * Metrics, Metrics);
            row[4] = t == 300 ? 17 : double.NaN;
            if (t is >= 400 and < 500)
            {
                row.Fill(double.NaN);
            }
            else if (t is >= 600 and < 800)
            {
                rows.AsSpan(599 * Metrics, Metrics).CopyTo(row);
            }
            else if (t == 900)
            {
                row[0] = -1e308;
                row[1] = 1e308;
            }
        }

        var detector = HostDetector.Learn(history, Metrics, 60);
        Assert.All(Feed(detector, rows), static reading =>
        {
            Assert.InRange(reading.Score, 0, 1);
            Assert.True(double.IsFinite(reading.Level) && double.IsFinite(reading.Change));
        });

        // Not poisoned: an ordinary day later the rows are ordinary, and a fault is a fault.
        double[] later = Host(9, 1_600);
        var readings = Feed(detector, later);
        Assert.True(readings.Skip(1_440).Average(static reading => reading.Score) < 0.9);
        double[] fault = [.. later[^Metrics..]];
        fault[2] += 60;
        fault[3] += 60;
        Assert.True(detector.Feed(fault).Score > 0.99);
        Assert.False(HostDetector.Learn(later.AsSpan(0, Metrics), Metrics, 60).IsTrained);
    }

    [Fact]
    public void Feeding_a_row_allocates_nothing()
    {
        double[] rows = Host(6, 5_000);
        var detector = HostDetector.Learn(rows.AsSpan(0, 2_000 * Metrics), Metrics, 60);
        var series = new SeriesDetector();
        var vital = new VitalDetector(new DetectorSettings { Floor = 5 });
        var trace = new SeriesTrace();

        // What the runtime makes once, for the first sort of maxima, is not counted.
        Feed(detector, rows.AsSpan(0, 2_000 * Metrics));
        for (int t = 0; t < 4_000; t++)
        {
            FeedAlone(t);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int t = 4_000; t < 5_000; t++)
        {
            detector.Feed(rows.AsSpan(t * Metrics, Metrics));
            FeedAlone(t);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);

        void FeedAlone(int t)
        {
            series.Feed(t * 60_000L, rows[t * Metrics]);
            vital.Feed(t * 60_000L, rows[t * Metrics]);
            trace.See(t * 60_000L, rows[t * Metrics]);
        }
    }

    /// <summary>Six metrics with a daily rhythm; metric 1 follows metric 0, metric 5 never moves.</summary>
    static double[] Host(ulong seed, int rows)
    {
        var random = new SeededGenerator(seed);
        double[] values = new double[rows * Metrics];
        double load = 0,
            slow = 0;
        for (int t = 0; t < rows; t++)
        {
            load = (0.95 * load) + random.Normal();
            slow = (0.99 * slow) + (0.3 * random.Normal());
            double day = Math.Sin(2 * Math.PI * t / 1_440);
            var row = values.AsSpan(t * Metrics, Metrics);
            row[0] = 50 + (10 * day) + (3 * load) + random.Normal();
            row[1] = 50 + (10 * day) + (3 * load) + random.Normal();
            row[2] = 20 + (5 * day) + slow + random.Normal();
            row[3] = 30 + (2 * slow) + random.Normal();
            row[4] = 10 + load + random.Normal();
            row[5] = 7;
        }

        return values;
    }

    static List<HostReading> Feed(HostDetector detector, ReadOnlySpan<double> rows)
    {
        var readings = new List<HostReading>();
        for (int at = 0; at < rows.Length; at += Metrics)
        {
            readings.Add(detector.Feed(rows.Slice(at, Metrics)));
        }

        return readings;
    }
}
