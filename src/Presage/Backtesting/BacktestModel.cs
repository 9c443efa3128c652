using Presage.Detection;
using Presage.Detection.OwnModels;
using Presage.Onnx;
using Presage.OwnModels;

namespace Presage.Backtesting;

/// <summary>
/// An own model on recorded rows, judged as live: each metric is a series, each answer is calibrated by those before
/// it. The model's word is joined with that of the built-in detectors: twice the smaller of the two probabilities.
/// </summary>
sealed class BacktestModel : IDisposable
{
    const double WeekSeconds = 604_800;

    /// <summary>The part of the false alarms allowed that models may raise, as live.</summary>
    const double AlarmShare = 0.5;

    /// <summary>Rows may be this far from the model's step.</summary>
    const double StepTolerance = 0.1;

    static readonly TimeSpan BatchTimeMax = TimeSpan.FromSeconds(10);

    readonly ModelDescription _description;
    readonly OnnxModel _model;
    readonly bool _isAlone;
    readonly double _alarmProbability;

    BacktestModel(ModelDescription description, OnnxModel model, bool isAlone, double falseAlarmsPerWeek)
    {
        _description = description;
        _model = model;
        _isAlone = isAlone;
        double rate = description.FalseAlarms ?? falseAlarmsPerWeek;
        _alarmProbability = AlarmShare * rate * description.Contract.Step.TotalSeconds / WeekSeconds;
    }

    /// <exception cref="StartException">The model cannot be used.</exception>
    public static BacktestModel Load(string path, bool isAlone, double falseAlarmsPerWeek)
    {
        try
        {
            var (description, model) = ModelLoading.Load(path, BatchTimeMax);
            return new BacktestModel(description, model, isAlone, falseAlarmsPerWeek);
        }
        catch (ModelException e)
        {
            throw new StartException($"The model cannot be used: {e.Message}");
        }
    }

    /// <summary>What the model says of each row: one time of one file at a time, from any thread.</summary>
    /// <exception cref="StartException">The rows are not the model's step apart, or the model failed.</exception>
    public ModelVerdict[] Judge(
        MetricTable table, MetricTable? past, TimeSpan step, CancellationToken cancellationToken)
    {
        CheckStep(table, step);
        var contract = _description.Contract;
        var verdicts = new ModelVerdict[table.Rows];
        Array.Fill(verdicts, new ModelVerdict(1, IsAlarm: false, Metric: -1, _isAlone));
        int metrics = table.Metrics.Length;
        try
        {
            for (int metric = 0; metric < metrics; metric++)
            {
                int at = metric;
                var queue = new ModelQueue<MetricTable>(contract, _model, TimeProvider.System, Take)
                {
                    IsPadded = true,
                };
                var series = new ModelSeries(contract);
                Feed(past, series, queue, at, 0, step, cancellationToken);
                Feed(table, series, queue, at, past?.Rows ?? 0, step, cancellationToken);
                queue.Flush();

                void Take(MetricTable asked, ModelReading reading, long row)
                {
                    if (!ReferenceEquals(asked, table) || double.IsNaN(reading.Probability))
                    {
                        return;
                    }

                    double probability = Math.Min(1, reading.Probability * metrics);
                    if (probability < verdicts[row].Probability)
                    {
                        verdicts[row] = new ModelVerdict(probability, probability <= _alarmProbability, at, _isAlone);
                    }
                }
            }
        }
        catch (ModelException e)
        {
            throw new StartException($"The model failed: {e.Message}");
        }

        return verdicts;
    }

    /// <summary>A row's score and alert with what a model says of it, and the metric it names; -1: none.</summary>
    public static (double Score, bool IsAlert, int Metric) Join(
        ModelVerdict[]? verdicts, int row, double score, bool isAlert)
    {
        if (verdicts is null)
        {
            return (score, isAlert, -1);
        }

        var verdict = verdicts[row];
        double probability = verdict.IsAlone
            ? verdict.Probability
            : Math.Min(1, 2 * Math.Min(verdict.Probability, 1 - score));
        bool isNamed = verdict.IsAlone || verdict.Probability < 1 - score;
        return (
            probability >= 1 ? 0 : Rarity.ScoreOf(probability),
            verdict.IsAlarm || (isAlert && !verdict.IsAlone),
            isNamed ? verdict.Metric : -1);
    }

    /// <summary>Moves a metric to the head of those that are named.</summary>
    public static void PutFirst(int metric, Span<int> ranked)
    {
        int at = ranked.IndexOf(metric);
        if (at > 0)
        {
            ranked[..at].CopyTo(ranked[1..]);
            ranked[0] = metric;
        }
    }

    public void Dispose() => _model.Dispose();

    static void Feed(
        MetricTable? table,
        ModelSeries series,
        ModelQueue<MetricTable> queue,
        int metric,
        int rowsBefore,
        TimeSpan step,
        CancellationToken cancellationToken)
    {
        for (int row = 0; row < (table?.Rows ?? 0); row++)
        {
            if ((row & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            long timestampMs = (rowsBefore + row) * (long)step.TotalMilliseconds;
            queue.Offer(table!, series, timestampMs, table!.Row(row)[metric], row);
        }
    }

    void CheckStep(MetricTable table, TimeSpan step)
    {
        var expected = _description.Contract.Step;
        if (table.Times.Count > 2)
        {
            double[] apart = new double[Math.Min(table.Times.Count, 1_000) - 1];
            for (int row = 0; row < apart.Length; row++)
            {
                apart[row] = RowTime.Of(table.Times[row + 1], row + 1, step) - RowTime.Of(table.Times[row], row, step);
            }

            Array.Sort(apart);
            step = TimeSpan.FromMilliseconds(apart[apart.Length / 2]);
        }

        if (Math.Abs(step / expected - 1) > StepTolerance)
        {
            throw new StartException(
                $"The rows are {step.TotalSeconds:0.#} s apart, the model's step is {expected.TotalSeconds:0.#} s; " +
                "export them with that step (presage query --range … --step …).");
        }
    }
}

/// <summary>What a model says of a row.</summary>
/// <param name="Probability">Of normal rows, the share at least this odd; 1 while that is not known.</param>
/// <param name="Metric">The oddest metric; -1: none.</param>
/// <param name="IsAlone">Whether nothing else is asked.</param>
readonly record struct ModelVerdict(double Probability, bool IsAlarm, int Metric, bool IsAlone);
