using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;

namespace Presage.Cli;

/// <summary><c>presage storage …</c>: tools for a data folder whose server is stopped.</summary>
static class StorageVerbs
{
    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var storage = new Command(
            "storage",
            "Look into, check, repair and export a data folder (the server is stopped)"
        );
        Add("inspect", "List the files with their spans, series, samples and bytes", Inspect);
        Add("verify", "Read and check every byte; exit with 1 where something is damaged", Verify);
        Add("repair", "Write damaged blocks anew with all that is readable, keeping the damaged files", Repair);
        Add("stats", "Series, samples, bytes per sample, the largest metrics and labels", Stats);
        AddExport(storage, options);
        root.Subcommands.Add(storage);

        void Add(string name, string description, Func<string, int> run)
        {
            var verb = new Command(name, description);
            verb.SetAction((parsed, _) => Failure.GuardAsync(() => run(options(parsed).Data)));
            storage.Subcommands.Add(verb);
        }
    }

    /// <summary>Opens a store to read from: nothing in it is too old.</summary>
    public static SampleStore OpenStore(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "blocks")))
        {
            throw new StartException($"{Path.GetFullPath(folder)} holds no samples. Name the data folder by --data.");
        }

        var forever = TimeSpan.FromDays(36500);
        try
        {
            return SampleStore.Open(
                new StorageOptions
                {
                    DataFolder = folder,
                    Retention = forever,
                    RetentionFiveMinutes = forever,
                    RetentionOneHour = forever,
                },
                TimeProvider.System,
                NullLogger.Instance
            );
        }
        catch (Exception e) when (e is DataFolderLockedException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(e.Message, e);
        }
    }

    /// <summary>Opens a folder for a tool.</summary>
    public static DataFolder OpenFolder(string folder)
    {
        try
        {
            return DataFolder.Open(folder);
        }
        catch (Exception e) when (e is DataFolderLockedException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(e.Message, e);
        }
    }

    static void AddExport(Command storage, Func<ParseResult, PresageOptions> options)
    {
        var match = new Option<string>("--match") { Description = "A series selector; all series when left out" };
        var from = new Option<string>("--from") { Description = "RFC 3339 time or seconds since 1970" };
        var to = new Option<string>("--to") { Description = "RFC 3339 time or seconds since 1970" };
        var format = new Option<string>("--format")
        {
            Description = "openmetrics or csv",
            DefaultValueFactory = static _ => "openmetrics",
        };
        var file = new Option<string>("--output") { Description = "The file; standard output when left out" };
        var export = new Command("export", "Write samples as OpenMetrics text or CSV")
        {
            match,
            from,
            to,
            format,
            file,
        };
        export.SetAction(
            (parsed, cancellationToken) =>
                Failure.GuardAsync(async () =>
                {
                    string form = parsed.GetValue(format)!;
                    if (form is not ("openmetrics" or "csv"))
                    {
                        throw new ConfigurationException($"--format: \"{form}\" is not openmetrics or csv.");
                    }

                    var range = new TimeRange(
                        Time("--from", parsed.GetValue(from), long.MinValue),
                        Time("--to", parsed.GetValue(to), long.MaxValue)
                    );
                    var matchers = Matchers(parsed.GetValue(match));
                    await using var store = OpenStore(options(parsed).Data);
                    await using var output = parsed.GetValue(file) is { } path
                        ? new StreamWriter(path)
                        : new StreamWriter(Console.OpenStandardOutput());
                    var written = new SeriesExport(store, output, form == "csv");
                    written.Write(matchers, range, cancellationToken);
                    Console.Error.WriteLine($"{written.Written.Series} series, {written.Written.Samples} samples");
                    return 0;
                })
        );
        storage.Subcommands.Add(export);
    }

    static int Inspect(string folder)
    {
        using var opened = OpenFolder(folder);
        Console.Out.WriteLine(
            $"{"file",-44} {"kind",-12} {"from",-16} {"to",-16} {"series",9} {"samples",13} {"bytes",13} {"B/sample",8}"
        );
        foreach (var file in opened.Files())
        {
            Console.Out.WriteLine(
                $"{file.Path,-44} {file.Kind,-12} {Minute(file.FromMs),-16} {Minute(file.ToMs),-16} {file.Series,9} "
                    + $"{file.Samples,13} {file.Bytes,13} "
                    + (file.Samples > 0 ? $"{(double)file.Bytes / file.Samples, 8:0.000}" : $"{"",8}")
            );
        }

        return 0;
    }

    static int Verify(string folder)
    {
        using var opened = OpenFolder(folder);
        int files = 0;
        var damages = opened.Verify(_ => files++);
        foreach (var damage in damages)
        {
            Console.Out.WriteLine($"{damage.File}, byte {damage.OffsetBytes}: {damage.Reason}");
        }

        Console.Out.WriteLine($"{files} files checked, {damages.Count} damages found.");
        return damages.Count == 0 ? 0 : 1;
    }

    static int Repair(string folder)
    {
        using var opened = OpenFolder(folder);
        int repaired = opened.Repair(static line => Console.Out.WriteLine(line));
        Console.Out.WriteLine($"{repaired} blocks repaired.");
        return 0;
    }

    static int Stats(string folder)
    {
        using var opened = OpenFolder(folder);
        foreach (var kind in opened.Files().GroupBy(static f => f.Kind))
        {
            long samples = kind.Sum(static f => f.Samples),
                bytes = kind.Sum(static f => f.Bytes);
            string content = samples > 0
                ? $"{samples} samples, {bytes} bytes, {(double)bytes / samples:0.000} each"
                : $"{bytes} bytes, samples not counted";
            int files = kind.Count();
            Console.Out.WriteLine($"{kind.Key}: {files} file{(files == 1 ? "" : "s")}, {content}");
        }

        foreach (var (title, counts) in opened.Cardinality(20))
        {
            Console.Out.WriteLine($"\n{title}");
            foreach (var (name, count) in counts)
            {
                Console.Out.WriteLine($"{count, 12}  {name}");
            }
        }

        return 0;
    }

    static IReadOnlyList<LabelMatcher> Matchers(string? selector)
    {
        try
        {
            return selector is null ? [] : new PromQlEngine(new QueryLimits()).ParseSelector(selector);
        }
        catch (PromQlException e)
        {
            throw new ConfigurationException($"--match: {e.Message}");
        }
    }

    static long Time(string flag, string? text, long missing)
    {
        if (text is null)
        {
            return missing;
        }

        if (double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && Math.Abs(seconds) < 9e12)
        {
            return (long)(seconds * 1000);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw new ConfigurationException($"{flag}: \"{text}\" is not a time such as 2027-01-15T08:00:00Z.");
    }

    static string Minute(long? ms) =>
        ms is { } known ? $"{DateTimeOffset.FromUnixTimeMilliseconds(known):yyyy-MM-dd HH:mm}" : "";
}
