using Presage.Tests.Detection;
using Presage.Tests.Support;

namespace Presage.Bench.Accuracy;

/// <summary>
/// Simulated normal series and hosts with one known fault every few days: which kinds of fault does a detector find at
/// a given number of false alarms, the threshold being the same for all? Unlimited data that no setting was fitted to.
/// </summary>
static class FaultBenchmark
{
    const int StepSeconds = 300;
    const int RowsPerDay = 86_400 / StepSeconds;
    const int HistoryDays = 14;
    const int Days = 14;
    const int FaultEveryDays = 4;

    /// <summary>Metrics of a host; faults hit three of them.</summary>
    const int HostMetrics = 14;
    const int HitMetrics = 3;

    static readonly string[] Faults =
        ["spike", "dip", "shift", "drift", "wrong time", "wrong shape", "flat", "missing", "variance"];

    public static int Run(int each)
    {
        Print("series", 1, each, SeriesBudget, ["presage", "gaussian", "netdata"]);
        Print("hosts", HostMetrics, each, HostBudget, ["presage", "gaussian", "netdata", "pca"]);
        return 0;
    }

    /// <summary>False alarms a day: one series in three weeks, one host in two days.</summary>
    const double SeriesBudget = 0.05;
    const double HostBudget = 0.5;

    static void Print(string what, int metrics, int each, double budget, string[] detectors)
    {
        var series = Faults.SelectMany((_, fault) => Enumerable.Range(0, each)
            .SelectMany(n => Kinds(metrics).Select(kind => Faulty(fault, kind, (ulong)((n * 1_000) + fault), metrics))))
            .ToArray();
        Console.WriteLine($"{what}: {series.Length}, faults found in % at {budget} false alarms a day");
        Console.WriteLine($"{"",-10}{string.Join("", Faults.Select(static fault => $"{fault,12}"))}");
        foreach (string name in detectors)
        {
            double[][] scores = AccuracyBenchmark.Score(series, AccuracyBenchmark.Detectors[name]).Scores;
            var alarms = new AlarmScorer(series, scores);
            double threshold = alarms.Within(budget).Threshold;
            int perFault = series.Length / Faults.Length;
            Console.WriteLine($"{name,-10}" + string.Join("", Faults.Select((_, fault) =>
                $"{alarms.At(threshold, Enumerable.Range(fault * perFault, perFault)).Recall,12:0}")));
        }
    }

    /// <summary>Single series are of one kind each, hosts have them all.</summary>
    static NormalKind[] Kinds(int metrics) =>
        metrics > 1 ? [default] : Enum.GetValues<NormalKind>();

    static LabelledSeries Faulty(int fault, NormalKind kind, ulong seed, int metrics)
    {
        const int Rows = (HistoryDays + Days) * RowsPerDay;
        var kinds = Enum.GetValues<NormalKind>();
        double[][] columns = [.. Enumerable.Range(0, metrics).Select(j =>
        {
            var signal = new NormalSignal(
                metrics == 1 ? kind : kinds[j % kinds.Length], (seed * 100) + (ulong)(j + (int)kind), StepSeconds);
            return Enumerable.Range(0, Rows).Select(row => signal.At(row * (double)StepSeconds)).ToArray();
        })];
        var random = new SeededGenerator(seed + 77);
        var events = new List<(int, int)>();
        for (int day = HistoryDays + 1; day < HistoryDays + Days; day += FaultEveryDays)
        {
            int at = (day * RowsPerDay) + (int)(random.Uniform() * RowsPerDay);
            int rows = RowsOf(fault);
            double size = 1 + random.Uniform();
            for (int hit = 0; hit < Math.Min(HitMetrics, metrics); hit++)
            {
                Inject(columns[(hit * 5) % metrics], fault, at, rows, size, random);
            }

            const int Known = HistoryDays * RowsPerDay;
            events.Add((at - Known, Math.Min(Rows - 1, at + rows - 1) - Known));
        }

        double[] values = [.. Enumerable.Range(0, Rows).SelectMany(row => columns.Select(column => column[row]))];
        int known = HistoryDays * RowsPerDay * metrics;
        return new LabelledSeries(
            $"{Faults[fault]}/{kind}", [.. Enumerable.Range(0, metrics).Select(static j => $"m{j}")], values[..known],
            values[known..], TimeSpan.FromSeconds(StepSeconds), [.. events], 0, []);
    }

    static int RowsOf(int fault) => Faults[fault] switch
    {
        "spike" => 2,
        "dip" => 4,
        "drift" => RowsPerDay / 2,
        "missing" => 6,
        _ => RowsPerDay / 4,
    };

    static void Inject(double[] x, int fault, int at, int rows, double size, SeededGenerator random)
    {
        double[] past = x[(at - (7 * RowsPerDay))..at];
        double mean = past.Average();
        double spread = Math.Sqrt(past.Average(value => (value - mean) * (value - mean)));
        double step = past.Zip(past.Skip(1), static (a, b) => Math.Abs(b - a)).Average();
        double[] before = [.. x];
        for (int i = 0; i < rows && at + i < x.Length; i++)
        {
            int row = at + i;
            x[row] = Faults[fault] switch
            {
                "spike" => before[row] + (6 * size * spread),
                "dip" => before[row] - (3 * size * spread),
                "shift" => before[row] + (2 * size * spread),
                "drift" => before[row] + (3 * size * spread * i / rows),
                "wrong time" => before[row - (RowsPerDay / 2)],
                "wrong shape" => before[at - RowsPerDay + rows - 1 - i],
                "flat" => before[at],
                "missing" => 0,
                _ => before[row] + (4 * size * step * random.Normal()),
            };
        }
    }
}
