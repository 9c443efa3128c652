using Presage.Detection;

namespace Presage.Bench.Accuracy;

/// <summary>
/// Hosts whose weeks have a rhythm: how often do they cry over their own habits, week by week from the first day on,
/// and which faults are found in spite of knowing the habits? Learned again as the live path does, from the last week.
/// </summary>
static class WeekBenchmark
{
    const int Weeks = 8;
    const int FirstFaultDay = 28;
    const double FirstSeconds = 43_200;
    const int RowsPerLearning = 1_440;

    static readonly double[] Rates = [0.1, 0.5, 1];

    public static int Run(int hosts)
    {
        Console.WriteLine("alarms per host and week in weeks 1 to 8, and from week 4 on; (at a habit's time)");
        foreach (int step in (ReadOnlySpan<int>)[60, 300])
        {
            Quiet(step == 60 ? hosts : 2 * hosts, step);
        }

        Console.WriteLine("faults that raise an alarm while they last");
        foreach (int step in (ReadOnlySpan<int>)[60, 300])
        {
            Faults(step == 60 ? hosts : 4 * hosts, step);
        }

        return 0;
    }

    static void Quiet(int hosts, int step)
    {
        foreach (var life in Enum.GetValues<WeekLife>())
        {
            var runs = Enumerable.Range(1, hosts).AsParallel().AsOrdered()
                .Select(seed => Alarms(new WeekHost(life, (ulong)seed, step, Weeks * 7))).ToList();
            for (int rate = 0; rate < Rates.Length; rate++)
            {
                var at = runs.SelectMany(run => Begun(run, rate, step)).ToList();
                string perWeek = string.Join(" ", Enumerable.Range(0, Weeks)
                    .Select(week => $"{at.Count(one => (int)(one / 604_800) == week) / (double)hosts,5:0.00}"));
                double Late(IEnumerable<double> all) => all.Count(static one => one >= 3 * 604_800) / (5.0 * hosts);
                Console.WriteLine(
                    $"{step,4} s {life,-8} at {Rates[rate],3:0.0}: {perWeek}  {Late(at):0.00} " +
                    $"({Late(at.Where(one => WeekHost.IsHabit(life, one))):0.00})");
            }
        }
    }

    static void Faults(int hosts, int step)
    {
        var kinds = Enum.GetValues<WeekFault>();
        var found = new int[kinds.Length, Rates.Length];
        var all = new int[kinds.Length];
        var runs = Enum.GetValues<WeekLife>()
            .SelectMany(life => Enumerable.Range(101, hosts).Select(seed => (Life: life, Seed: (ulong)seed)))
            .AsParallel().Select(one =>
            {
                var host = new WeekHost(one.Life, one.Seed, step, Weeks * 7, FirstFaultDay);
                return (host.Faults, Alarms: Alarms(host));
            });
        foreach (var (faults, alarms) in runs.ToList())
        {
            foreach (var (from, to, kind) in faults)
            {
                all[(int)kind]++;
                for (int rate = 0; rate < Rates.Length; rate++)
                {
                    found[(int)kind, rate] += alarms[rate].AsSpan(from, to - from).Contains(true) ? 1 : 0;
                }
            }
        }

        foreach (var kind in kinds)
        {
            Console.WriteLine($"{step,4} s {kind,-12} of {all[(int)kind],4}: " + string.Join(" / ", Rates.Select(
                (_, rate) => $"{100.0 * found[(int)kind, rate] / Math.Max(1, all[(int)kind]):0.0}")) + " %");
        }
    }

    /// <summary>When alarms begin, in seconds; those at most an hour apart are one.</summary>
    static IEnumerable<double> Begun(bool[][] alarms, int rate, int step)
    {
        int last = -100_000;
        for (int row = 0; row < alarms[rate].Length; row++)
        {
            if (alarms[rate][row])
            {
                if (row - last > 3_600 / step)
                {
                    yield return row * (double)step;
                }

                last = row;
            }
        }
    }

    /// <summary>Whether each row raises an alarm, at each rate.</summary>
    static bool[][] Alarms(WeekHost host)
    {
        const int Metrics = WeekHost.Metrics;
        int rows = host.Rows, week = 7 * 86_400 / host.Step;
        bool[][] alarms = [.. Rates.Select(_ => new bool[rows])];
        HostDetector? detector = null;
        int next = (int)(FirstSeconds / host.Step);
        long[] times = [.. Enumerable.Range(0, rows).Select(row => WeekHost.StartMs + (row * host.Step * 1_000L))];
        for (int row = 0; row < rows; row++)
        {
            if (row == next)
            {
                int from = Math.Max(0, row - week);
                var before = detector;
                detector = HostDetector.Learn(
                    host.Values.AsSpan(from * Metrics, (row - from) * Metrics), Metrics, host.Step,
                    timesMs: times.AsSpan(from, row - from));
                if (before is not null)
                {
                    detector.Remember(before);
                }

                next = row + Math.Min(row - from, RowsPerLearning);
            }

            if (detector is null)
            {
                continue;
            }

            var now = host.Values.AsSpan(row * Metrics, Metrics);
            for (int rate = Rates.Length - 1; rate >= 0; rate--)
            {
                // The highest rate first: what does not cross its line crosses no other.
                detector.Allow(Rates[rate]);
                if (rate > 0 && (rate == Rates.Length - 1 || alarms[rate + 1][row]))
                {
                    alarms[rate][row] = detector.Glance(now, times[row]).IsAlert;
                }
            }

            alarms[0][row] = detector.Feed(now, times[row]).IsAlert;
        }

        return alarms;
    }
}
