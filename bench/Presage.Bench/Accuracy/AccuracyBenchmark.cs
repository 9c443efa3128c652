using System.Diagnostics;
using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>
/// Detectors on the labelled sets: ours and, for comparison, others as published. Every detector gets the same rows in
/// the same order and sees a row only after it has scored it. Prints the figures of docs/decisions/detection.md.
/// </summary>
static class AccuracyBenchmark
{
    const int Draws = 20;
    static readonly double[] Budgets = [0.1, 0.5, 1];
    static readonly double[] SingleBudgets = [0.02, 0.1, 0.5];

    public static readonly Dictionary<string, Func<int, TimeSpan, IRowScorer>> Detectors = new()
    {
        ["presage"] = static (metrics, step) =>
            metrics == 1
                ? new PresageSeriesScorer(step)
                : new PresageHostScorer(metrics, step, static reading => reading.Score),
        ["level"] = static (metrics, step) => new PresageHostScorer(metrics, step, static reading => reading.Level),
        ["change"] = static (metrics, step) => new PresageHostScorer(metrics, step, static reading => reading.Change),
        ["netdata"] = static (metrics, step) => new NetdataScorer(metrics, step),
        ["gaussian"] = static (metrics, _) => new GaussianScorer(metrics),
        ["forest"] = static (metrics, _) => new ForestScorer(metrics, seed: 1),
        ["pca"] = static (metrics, _) => new PcaScorer(metrics),
    };

    public static int Run(string[] args)
    {
        string[] detectors = Option(args, "--detectors") ?? ["presage", "netdata", "gaussian", "forest", "pca"];
        string[] sets = Option(args, "--sets") ?? ["nab", .. LabelledSets.Hosts];
        foreach (string set in sets)
        {
            var series = set switch
            {
                "nab" => LabelledSets.LoadSeries(),
                "causing" => [.. LabelledSets.Hosts.SelectMany(
                    static hosts => LabelledSets.Causing(LabelledSets.LoadHosts(hosts)))],
                _ => LabelledSets.LoadHosts(set),
            };
            foreach (string name in detectors)
            {
                var (scores, ranked, microseconds) = Score(series, Detectors[name]);
                string cost = $"{microseconds:0.00} us/sample";
                Console.WriteLine(set switch
                {
                    "nab" => $"nab       {name,-9} {Nab(series, scores)}, {cost}",
                    "causing" => $"causing   {name,-9} {Single(series, scores)}, {cost}",
                    _ => $"{set,-9} {name,-9} {Hosts(series, scores)}{Causes(series, scores, ranked)}, {cost}",
                });
            }
        }

        return 0;
    }

    static string[]? Option(string[] args, string name) =>
        args.SkipWhile(arg => arg != name).Skip(1).FirstOrDefault()?.Split(',');

    /// <summary>Scores of all rows, the ranking at each, and CPU time per sample.</summary>
    public static (double[][] Scores, int[][][] Ranked, double Microseconds) Score(
        LabelledSeries[] series, Func<int, TimeSpan, IRowScorer> detector)
    {
        double[][] scores = new double[series.Length][];
        int[][][] ranked = new int[series.Length][][];
        long samples = series.Sum(static one => (long)one.Train.Length + one.Test.Length);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        Parallel.For(0, series.Length, i =>
        {
            var one = series[i];
            int d = one.Metrics.Length;
            var scorer = detector(d, one.Step);
            scorer.Learn(one.Train);
            scores[i] = new double[one.Rows];
            ranked[i] = new int[one.Rows][];
            int[] causes = new int[d];
            for (int row = 0; row < one.Rows; row++)
            {
                double seconds = one.Seconds.Length > 0
                    ? one.Seconds[row]
                    : (one.Train.Length / d + row) * one.Step.TotalSeconds;
                scores[i][row] = scorer.Score(one.Test.AsSpan(row * d, d), seconds);
                ranked[i][row] = one.Causes.Length > 0 ? causes[..scorer.Rank(causes)] : [];
            }
        });
        var took = Process.GetCurrentProcess().TotalProcessorTime - before;
        return (scores, ranked, took.TotalMicroseconds / samples);
    }

    static string Nab(LabelledSeries[] series, double[][] scores)
    {
        var nab = new NabScorer(series, scores);
        return $"other half {Three(nab.OnOtherHalf(Draws))}, left-out category {Three(nab.OnLeftOut())}, " +
            $"all {Three(nab.OnAll())}";
    }

    static string Three(double[] scores) => string.Join(" / ", scores.Select(static score => $"{score:0.0}"));

    static string Hosts(LabelledSeries[] hosts, double[][] scores)
    {
        double[] vus = [.. hosts.Select((host, i) => (Host: host, Scores: scores[i])).AsParallel().AsOrdered()
            .Select(static one => VusScorer.Of(one.Scores, one.Host.Events, one.Host.Window))];
        var alarms = new AlarmScorer(hosts, scores);
        var own = Budgets.Select(budget => alarms.Within(budget).Tally).ToArray();
        var others = Budgets.Select(budget => OnOtherHalf(hosts.Length, alarms, budget)).ToArray();
        return $"VUS-PR {vus.Average():0.000} ({vus.Min():0.00}-{vus.Max():0.00}), " +
            $"recall {string.Join(" / ", own.Select(static o => $"{o.Recall:0.0}"))} %, " +
            $"within 60 min {string.Join(" / ", own.Select(static o => $"{o.RecallSoon:0.0}"))} %, " +
            $"other half {string.Join(" / ", others.Select(static o => $"{o.Recall:0}"))} % " +
            $"at {string.Join(" / ", others.Select(static o => $"{o.FalsePerDay:0.00}"))}";
    }

    static string Single(LabelledSeries[] series, double[][] scores)
    {
        var alarms = new AlarmScorer(series, scores);
        return "recall at 0.02 / 0.1 / 0.5 false alarms per series-day " + string.Join(
            " / ", SingleBudgets.Select(budget => $"{alarms.Within(budget).Tally.Recall:0.0}")) + " %";
    }

    /// <summary>Threshold from a random half of the hosts, used on the other.</summary>
    static AlarmScorer.Tally OnOtherHalf(int hosts, AlarmScorer alarms, double budget)
    {
        var random = new SeededGenerator(5);
        int[] order = [.. Enumerable.Range(0, hosts)];
        var sum = default(AlarmScorer.Tally);
        for (int draw = 0; draw < Draws / 2; draw++)
        {
            order = [.. order.OrderBy(_ => random.Bits())];
            int[] one = order[..(hosts / 2)], other = order[(hosts / 2)..];
            sum += alarms.At(alarms.Within(budget, one).Threshold, other);
            sum += alarms.At(alarms.Within(budget, other).Threshold, one);
        }

        return sum;
    }

    /// <summary>Share of true causes among the first k named at the oddest row of the incident.</summary>
    static string Causes(LabelledSeries[] hosts, double[][] scores, int[][][] ranked)
    {
        double hits = 0;
        int incidents = 0;
        for (int i = 0; i < hosts.Length; i++)
        {
            foreach (var (first, last, metrics) in hosts[i].Causes)
            {
                int oddest = Enumerable.Range(first, last - first + 1).MaxBy(row => scores[i][row]);
                hits += ranked[i][oddest].Take(metrics.Length).Intersect(metrics).Count() / (double)metrics.Length;
                incidents++;
            }
        }

        return incidents == 0 || hits == 0 ? "" : $", causes {100 * hits / incidents:0.0} %";
    }
}
