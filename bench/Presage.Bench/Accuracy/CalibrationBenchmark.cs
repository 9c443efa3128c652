using Presage.Backtesting;
using Presage.Detection;
using Presage.Tests.Detection;

namespace Presage.Bench.Accuracy;

/// <summary>
/// Does the sensitivity mean what it says? False alarms per host and week where nothing is wrong: between the labelled
/// incidents of the sets and on simulated normal hosts, at each sensitivity. Of single series: the share of normal
/// samples that score beyond 0.99, 0.999 and so on.
/// </summary>
static class CalibrationBenchmark
{
    /// <summary>An incident may show half an hour before and leave traces for two hours.</summary>
    static readonly TimeSpan Before = TimeSpan.FromMinutes(30);
    static readonly TimeSpan After = TimeSpan.FromHours(2);

    /// <summary>Alarms at most an hour apart are one.</summary>
    static readonly TimeSpan Joined = TimeSpan.FromHours(1);

    static readonly (Sensitivity Sensitivity, double PerWeek)[] Rates =
    [
        (Sensitivity.Low, 0.03), (Sensitivity.Standard, 0.1), (Sensitivity.High, 0.5), (Sensitivity.Highest, 1),
    ];

    static readonly double[] Probabilities = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

    public static int Run(int simulatedHosts)
    {
        Console.WriteLine("what, weeks, alarms per host or series and week (incidents found) at 0.03, 0.1, 0.5, 1");
        var sum = new Count[Rates.Length];
        foreach (string set in LabelledSets.Hosts)
        {
            var counts = OfSet(LabelledSets.LoadHosts(set));
            Print(set, counts);
            sum = [.. sum.Zip(counts, static (a, b) => a + b)];
        }

        Print("together", sum);
        foreach (int stepSeconds in (ReadOnlySpan<int>)[60, 300])
        {
            Print($"simulated {stepSeconds} s", OfFleet(simulatedHosts, stepSeconds));
        }

        Series("nab", LabelledSets.LoadSeries());
        foreach (string set in LabelledSets.Hosts[..2])
        {
            Series(set, LabelledSets.Causing(LabelledSets.LoadHosts(set)));
        }

        Series("simulated", [.. Enumerable.Range(1, simulatedHosts).SelectMany(
            static host => Enum.GetValues<NormalKind>().Select(kind => Simulated(kind, (ulong)host)))]);
        return 0;
    }

    static void Print(string name, Count[] counts)
    {
        string rates = string.Join("   ", counts.Select(static count =>
            $"{count.Alarms / count.Weeks:0.000}" +
            (count.Incidents > 0 ? $" ({100.0 * count.Found / count.Incidents:0} %)" : "")));
        string shares = string.Join(", ", Probabilities.Zip(
            counts[0].Beyond!, (p, beyond) => $"{p:0e+0}: {beyond / (double)counts[0].Rows:0.0e+0}"));
        Console.WriteLine($"{name,-16} {counts[0].Weeks,6:0.0}  {rates}; share at least as odd as p: {shares}");
    }

    static Count[] OfSet(LabelledSeries[] hosts)
    {
        var counts = new Count[Rates.Length];
        var perHost = hosts.SelectMany(host => Rates.Select((rate, at) => (Host: host, Rate: rate, At: at)))
            .AsParallel().Select(one => (one.At, Count: OfHost(one.Host, one.Rate.Sensitivity)));
        foreach (var (at, count) in perHost.ToList())
        {
            counts[at] += count;
        }

        return counts;
    }

    static Count OfHost(LabelledSeries host, Sensitivity sensitivity)
    {
        int d = host.Metrics.Length;
        var replay = new HostReplay(d, host.Step, sensitivity);
        replay.Learn(host.Train);
        bool[] isAlarm = new bool[host.Rows];
        double[] scores = new double[host.Rows];
        for (int row = 0; row < host.Rows; row++)
        {
            var reading = replay.Feed(host.Test.AsSpan(row * d, d));
            (isAlarm[row], scores[row]) = (reading.IsAlert, reading.Score);
        }

        return Counted(host, isAlarm, scores, from: 0);
    }

    /// <summary>Alarms and scores of what is not near an incident.</summary>
    static Count Counted(LabelledSeries host, bool[] isAlarm, double[] scores, int from)
    {
        int before = (int)(Before / host.Step), after = (int)(After / host.Step);
        int joined = (int)(Joined / host.Step);
        int[] beyond = new int[Probabilities.Length];
        int alarms = 0, quiet = 0, last = -joined - 1;
        for (int row = Math.Max(0, from); row < host.Rows; row++)
        {
            bool isNear = host.Events.Any(e => row >= e.First - before && row <= e.Last + after);
            quiet += isNear ? 0 : 1;
            for (int i = 0; i < beyond.Length && !isNear && scores[row] >= 1 - Probabilities[i]; i++)
            {
                beyond[i]++;
            }

            if (isAlarm[row] && !isNear)
            {
                alarms += row - last > joined ? 1 : 0;
                last = row;
            }
        }

        var tally = AlarmScorer.Count(host, row => isAlarm[row]);
        return new Count(alarms, quiet * host.Step.TotalDays / 7, host.Events.Length, tally.Found, quiet, beyond);
    }

    /// <summary>Four weeks of history, eight weeks of judging.</summary>
    static Count[] OfFleet(int hosts, int stepSeconds)
    {
        const int HistoryWeeks = 4;
        const int Weeks = 8;
        var fleet = Enumerable.Range(1, hosts).AsParallel().Select(host =>
        {
            var kinds = Enum.GetValues<NormalKind>();
            int rowsPerWeek = 7 * 86_400 / stepSeconds, d = 2 * kinds.Length;
            var signals = Enumerable.Range(0, d)
                .Select(j => new NormalSignal(kinds[j % kinds.Length], ((ulong)host * 100) + (ulong)j, stepSeconds))
                .ToArray();
            double[] rows = new double[(HistoryWeeks + Weeks) * rowsPerWeek * d];
            for (int at = 0; at < rows.Length; at++)
            {
                rows[at] = signals[at % d].At(at / d * (double)stepSeconds);
            }

            int known = HistoryWeeks * rowsPerWeek * d;
            return new LabelledSeries(
                "", new string[d], rows[..known], rows[known..], TimeSpan.FromSeconds(stepSeconds), [], 0, []);
        });
        return OfSet([.. fleet]);
    }

    static LabelledSeries Simulated(NormalKind kind, ulong seed)
    {
        const int StepSeconds = 300;
        var signal = new NormalSignal(kind, seed * 1_000, StepSeconds);
        double[] values = [.. Enumerable.Range(0, 8 * 7 * 288).Select(i => signal.At(i * (double)StepSeconds))];
        return new LabelledSeries(
            $"{kind}", [""], values[..(7 * 288)], values[(7 * 288)..], TimeSpan.FromSeconds(StepSeconds), [], 0, []);
    }

    /// <summary>
    /// Of samples outside incidents and after the first 15 %, how many score at least so much, and how many alarms do
    /// they raise?
    /// </summary>
    static void Series(string name, LabelledSeries[] series)
    {
        var counts = new Count[Rates.Length];
        var perSeries = series.SelectMany(one => Rates.Select((rate, at) => (Series: one, Rate: rate, At: at)))
            .AsParallel().Select(one => (one.At, Count: OfSeries(one.Series, one.Rate.Sensitivity)));
        foreach (var (at, count) in perSeries.ToList())
        {
            counts[at] += count;
        }

        Print(name, counts);
    }

    static Count OfSeries(LabelledSeries series, Sensitivity sensitivity)
    {
        var detector = new SeriesDetector(sensitivity);
        long stepMs = (long)series.Step.TotalMilliseconds;
        for (int row = 0; row < series.Train.Length; row++)
        {
            detector.Feed(row * stepMs, series.Train[row]);
        }

        bool[] isAlarm = new bool[series.Rows];
        double[] scores = new double[series.Rows];
        for (int row = 0; row < series.Rows; row++)
        {
            long timeMs = series.Seconds.Length > 0
                ? (long)(series.Seconds[row] * 1_000)
                : (series.Train.Length + row) * stepMs;
            var reading = detector.Feed(timeMs, series.Test[row]);
            (isAlarm[row], scores[row]) = (reading.IsAlert, reading.Score);
        }

        return Counted(series, isAlarm, scores, from: (int)(0.15 * series.Rows) - series.Train.Length);
    }

    readonly record struct Count(int Alarms, double Weeks, int Incidents, int Found, int Rows, int[]? Beyond)
    {
        public static Count operator +(Count a, Count b) => new(
            a.Alarms + b.Alarms,
            a.Weeks + b.Weeks,
            a.Incidents + b.Incidents,
            a.Found + b.Found,
            a.Rows + b.Rows,
            [.. (a.Beyond ?? new int[Probabilities.Length]).Zip(b.Beyond!, static (x, y) => x + y)]);
    }
}
