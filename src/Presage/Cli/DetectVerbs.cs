using System.CommandLine;
using System.Globalization;
using Presage.Backtesting;
using Presage.Configuration;
using Presage.Detection;
using Spectre.Console;

namespace Presage.Cli;

/// <summary><c>presage detect …</c>: the detectors on recorded series, offline.</summary>
static class DetectVerbs
{
    static readonly Option<bool> Explain = new("--explain")
    {
        Description = "Add a column with the metrics ranked by how much they take part",
    };

    static readonly Option<string?> Step = new("--step")
    {
        Description = "Time between rows, such as 30s or 5m; by default as their times say, 1m where they have none",
        HelpName = "DURATION",
    };

    static readonly Option<string> FalseAlarms = new("--false-alarms")
    {
        Description = "How many false alarms per host and week are expected: 0.03, 0.1, 0.5 or 1",
        HelpName = "RATE",
        DefaultValueFactory = static _ => "0.1",
    };

    static readonly Option<FileInfo?> Model = new("--model")
    {
        Description = "Ask an own model about each metric, too: its description, NAME.yaml (docs/models.md)",
        HelpName = "FILE",
    };

    static readonly Option<bool> ModelAlone = new("--model-alone")
    {
        Description = "With --model: score by the model alone, without the built-in detectors",
    };

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        root.Subcommands.Add(new Command("detect", "Anomaly detection: learn from history, score recorded series")
        {
            Run(), Eval(), TrainVerb.Of(options), ReplayVerb.Of(options), ModelVerb.Of(),
        });
    }

    static Command Run()
    {
        var input = new Argument<FileInfo>("INPUT")
        {
            Description = "CSV, plain or gzipped: a timestamp, then a column per metric",
        };
        var output = new Option<FileInfo>("--out") { Description = "The file of scores", Required = true };
        var history = new Option<FileInfo?>("--train")
        {
            Description = "Unlabelled history of the same metrics that ends before INPUT begins",
        };
        var run = new Command("run", "Score a file row by row, as it would have been scored live")
        {
            input,
            output,
            history,
            Explain,
            Step,
            FalseAlarms,
            Model,
            ModelAlone,
        };
        run.SetAction(
            (parsed, cancellationToken) =>
                Failure.GuardAsync(() =>
                {
                    using var model = ModelOf(parsed);
                    var backtest = BacktestOf(parsed, model);
                    backtest.Run(
                        parsed.GetRequiredValue(input).FullName,
                        parsed.GetValue(history)?.FullName,
                        parsed.GetRequiredValue(output).FullName,
                        repeatsValue: false,
                        cancellationToken
                    );
                    return 0;
                })
        );
        return run;
    }

    static Command Eval()
    {
        var folder = new Argument<DirectoryInfo>("DIR")
        {
            Description =
                "data/**/NAME.csv[.gz] (timestamp, value), or train/ and test/NAME.csv[.gz] (a column per metric)",
        };
        var output = new Option<DirectoryInfo>("--out") { Description = "The folder of score files", Required = true };
        var eval = new Command("eval", "Score a whole set of files in parallel")
        {
            folder,
            output,
            Explain,
            Step,
            FalseAlarms,
            Model,
            ModelAlone,
        };
        eval.SetAction(
            (parsed, cancellationToken) =>
                Failure.GuardAsync(async () =>
                {
                    using var model = ModelOf(parsed);
                    return await EvalAsync(
                        BacktestSet.Open(parsed.GetRequiredValue(folder).FullName),
                        BacktestOf(parsed, model),
                        parsed.GetRequiredValue(output).FullName,
                        cancellationToken
                    );
                })
        );
        return eval;
    }

    static async Task<int> EvalAsync(
        BacktestSet set,
        Backtest backtest,
        string output,
        CancellationToken cancellationToken
    )
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console
            .Progress()
            .StartAsync(async progress =>
            {
                var done = progress.AddTask("Scoring", maxValue: set.Files.Count);
                await Parallel.ForEachAsync(
                    set.Files,
                    cancellationToken,
                    (file, token) =>
                    {
                        set.Score(backtest, file, output, token);
                        done.Increment(1);
                        return ValueTask.CompletedTask;
                    }
                );
            });
        Console.Out.WriteLine($"{set.Files.Count} files scored into {output}");
        return 0;
    }

    static Backtest BacktestOf(ParseResult parsed, BacktestModel? model) =>
        new(
            StepOf(parsed),
            parsed.GetValue(Explain),
            SensitivityOf(parsed),
            model,
            static text => Console.Error.WriteLine($"presage: {text}"));

    static BacktestModel? ModelOf(ParseResult parsed)
    {
        bool isAlone = parsed.GetValue(ModelAlone);
        if (parsed.GetValue(Model) is not { } file)
        {
            return isAlone ? throw new StartException("--model-alone needs a model; name one by --model.") : null;
        }

        double perWeek = double.Parse(parsed.GetRequiredValue(FalseAlarms), CultureInfo.InvariantCulture);
        return BacktestModel.Load(file.FullName, isAlone, perWeek);
    }

    static TimeSpan? StepOf(ParseResult parsed)
    {
        if (parsed.GetValue(Step) is not { } text)
        {
            return null;
        }

        return ConfigurationValue.TryDuration(text, out var step) && step > TimeSpan.Zero
            ? step
            : throw new StartException($"--step {text} is not a duration; write it like 30s, 1m or 5m.");
    }

    static Sensitivity SensitivityOf(ParseResult parsed) =>
        parsed.GetRequiredValue(FalseAlarms) switch
        {
            "0.03" => Sensitivity.Low,
            "0.1" => Sensitivity.Standard,
            "0.5" => Sensitivity.High,
            "1" => Sensitivity.Highest,
            var other => throw new StartException($"--false-alarms {other} is not offered; take 0.03, 0.1, 0.5 or 1."),
        };
}
