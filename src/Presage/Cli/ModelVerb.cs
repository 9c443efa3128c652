using System.CommandLine;
using System.Diagnostics;
using Presage.Backtesting;
using Presage.Detection.OwnModels;
using Presage.Onnx;
using Presage.OwnModels;

namespace Presage.Cli;

/// <summary><c>presage detect model check</c>: whether an own model can be used, and what it costs.</summary>
static class ModelVerb
{
    const int Samples = 2_000;

    static readonly TimeSpan BatchTimeMax = TimeSpan.FromSeconds(10);

    static readonly Argument<FileInfo> File = new("FILE")
    {
        Description = "The model's description, NAME.yaml, or the ONNX file beside it (docs/models.md)",
    };

    static readonly Option<FileInfo?> Data = new("--data")
    {
        Description = "CSV of a timestamp and a column per series, such as `detect run` takes; made-up values when " +
            "left out",
    };

    public static Command Of()
    {
        var check = new Command("check", "Load a model, hold it against its description, try it and time it")
        {
            File, Data,
        };
        check.SetAction((parsed, cancellationToken) => Failure.GuardAsync(() => Check(
            parsed.GetRequiredValue(File).FullName, parsed.GetValue(Data)?.FullName, Console.Out, cancellationToken)));
        return new Command("model", "Own models: ONNX files with a description beside them") { check };
    }

    /// <summary>Checks a model and tells what it found; 0 when it can be used.</summary>
    public static int Check(string path, string? data, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            var (description, model) = ModelLoading.Load(path, BatchTimeMax);
            using (model)
            {
                Describe(description, model, output);
                Try(description.Contract, model, data, output, cancellationToken);
            }

            return 0;
        }
        catch (ModelException e)
        {
            throw new StartException($"The model cannot be used: {e.Message}");
        }
    }

    static void Describe(ModelDescription description, OnnxModel model, TextWriter output)
    {
        var contract = description.Contract;
        output.WriteLine($"model    {contract.Name} ({Path.GetFileName(description.File)})");
        output.WriteLine($"query    {description.Query.Text}");
        output.WriteLine(
            $"window   {contract.Window} values, {contract.Step.TotalSeconds:0.#} s apart, {Scaled(contract)}");
        output.WriteLine($"input    {model.Input}");
        output.WriteLine($"output   {model.Output}: {Meaning(contract, model)}");
    }

    static void Try(
        ModelContract contract, OnnxModel model, string? data, TextWriter output, CancellationToken cancellationToken)
    {
        var (name, columns) = data is null ? ("made-up values", MadeUp()) : ColumnsOf(data, cancellationToken);
        var readings = new List<ModelReading>();
        var queue = new ModelQueue<ModelSeries>(
            contract, model, TimeProvider.System, (_, reading, _) => readings.Add(reading));
        int odd = 0;
        foreach (double[] column in columns)
        {
            var series = new ModelSeries(contract);
            int first = readings.Count;
            for (int row = 0; row < column.Length; row++)
            {
                queue.Offer(series, series, row * (long)contract.Step.TotalMilliseconds, column[row], row);
            }

            queue.Flush();
            odd += readings.Skip(first).Count(static one => one.Change == Detection.AnomalyChange.Opened);
        }

        if (readings.Count == 0)
        {
            output.WriteLine($"tried    not at all: {name} fill no window of {contract.Window} values");
            return;
        }

        double[] raws = [.. readings.Select(static one => one.Raw).Where(double.IsFinite).Order()];
        output.WriteLine($"tried    {readings.Count} windows of {name}: {Answers(contract, raws)}");
        output.WriteLine(
            $"judged   {odd} {(odd == 1 ? "anomaly" : "anomalies")}, {queue.NotNumbers} answers that are no numbers");
        output.WriteLine(
            $"time     {queue.Spent.TotalMicroseconds / queue.Answered:0.#} us a window in batches, " +
            $"{One(contract, model):0.#} us alone");
    }

    static string Answers(ModelContract contract, double[] raws)
    {
        if (raws.Length == 0)
        {
            return "no number among the answers";
        }

        string what = contract.Output == ModelOutput.Score ? "scores" : "off by";
        var shown = Array.ConvertAll(raws, raw => ModelSentence.Shown(contract, raw));
        Array.Sort(shown);
        return $"{what} {shown[0]:g4} to {shown[^1]:g4}, middle {shown[shown.Length / 2]:g4}";
    }

    static double One(ModelContract contract, OnnxModel model)
    {
        const int Times = 200;
        float[] window = new float[contract.Window];
        float[] answer = new float[model.Outputs];
        model.Run(window, 1, answer);
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Times; i++)
        {
            model.Run(window, 1, answer);
        }

        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / Times;
    }

    /// <summary>A rhythm with some noise, the same each time.</summary>
    static double[][] MadeUp()
    {
        double[] column = new double[Samples];
        uint bits = 1;
        for (int i = 0; i < column.Length; i++)
        {
            bits = (bits * 1_664_525) + 1_013_904_223;
            column[i] = 10 + (3 * Math.Sin(i / 40.0)) + (bits / (double)uint.MaxValue);
        }

        return [column];
    }

    static (string Name, double[][] Columns) ColumnsOf(string path, CancellationToken cancellationToken)
    {
        var table = MetricTable.Read(path, hasTimes: true, cancellationToken);
        double[][] columns =
        [
            .. Enumerable.Range(0, table.Metrics.Length)
                .Select(metric => Enumerable.Range(0, table.Rows).Select(row => table.Row(row)[metric]).ToArray()),
        ];
        return ($"{Path.GetFileName(path)} ({columns.Length} series)", columns);
    }

    static string Scaled(ModelContract contract) => contract.Scaling switch
    {
        ModelScaling.None => "as they are",
        ModelScaling.Window => "each window by its own mean and deviation",
        _ => $"by mean {contract.Mean} and deviation {contract.Deviation}",
    };

    static string Meaning(ModelContract contract, OnnxModel model) => contract.Output switch
    {
        ModelOutput.Score => $"a score, odd when {$"{contract.Odd}".ToLowerInvariant()}",
        ModelOutput.Forecast => "the value expected next" + (model.Outputs == 2 ? " and how far it strays" : ""),
        _ => "the window as the model draws it",
    };

}
