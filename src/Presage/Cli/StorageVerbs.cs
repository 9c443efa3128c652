using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;

namespace Presage.Cli;

/// <summary>
/// <c>presage storage …</c>: tools for a data folder whose server is stopped; some ask a running one as well.
/// </summary>
static class StorageVerbs
{
    static readonly Option<string?> Url = new("--url")
    {
        Description = "A running server that is asked instead, such as http://127.0.0.1:9440",
    };

    static readonly Option<string?> Token = new("--token")
    {
        Description = "An API token, for --url; " + ClientToken.Elsewhere,
    };

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var storage = new Command(
            "storage",
            "Look into, check, repair and export a data folder (the server is stopped, or named by --url)"
        );
        Ask(
            "inspect", "List the files with their spans, series, samples and bytes", Inspect,
            StorageClient.InspectAsync);
        Add("verify", "Read and check every byte; exit with 1 where something is damaged", Verify);
        Add("repair", "Write damaged blocks anew with all that is readable, keeping the damaged files", Repair);
        Ask(
            "stats", "Series, samples, bytes per sample, the largest metrics and labels", Stats,
            StorageClient.StatsAsync);
        AddExport(storage, options);
        root.Subcommands.Add(storage);

        void Add(string name, string description, Func<string, int> run)
        {
            var verb = new Command(name, description);
            verb.SetAction((parsed, _) => Failure.GuardAsync(() => run(options(parsed).Data)));
            storage.Subcommands.Add(verb);
        }

        void Ask(
            string name, string description, Func<string, int> run, Func<StorageClient, CancellationToken, Task> ask)
        {
            var verb = new Command(name, description) { Url, Token };
            verb.SetAction((parsed, cancellationToken) => Failure.GuardAsync(async () =>
            {
                if (Client(parsed) is not { } client)
                {
                    return run(options(parsed).Data);
                }

                using (client)
                {
                    return await client.GuardAsync(() => ask(client, cancellationToken));
                }
            }));
            storage.Subcommands.Add(verb);
        }
    }

    /// <summary>The server that <c>--url</c> names, or null.</summary>
    static StorageClient? Client(ParseResult parsed) => parsed.GetValue(Url) is { } url
        ? new StorageClient(ServerAddress.Named(url), ClientToken.Of(parsed.GetValue(Token)), Console.Out)
        : null;

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
            Url,
            Token,
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
                    await using Stream output = parsed.GetValue(file) is { } path
                        ? File.Create(path)
                        : Console.OpenStandardOutput();
                    if (Client(parsed) is { } client)
                    {
                        using (client)
                        {
                            string? selector = parsed.GetValue(match);
                            return await client.GuardAsync(
                                () => client.ExportAsync(selector, range, form, output, cancellationToken));
                        }
                    }

                    await using var store = OpenStore(options(parsed).Data);
                    await using var text = new StreamWriter(output);
                    var written = new SeriesExport(store, text, form == "csv");
                    await written.WriteAsync(matchers, range, cancellationToken);
                    Console.Error.WriteLine($"{written.Written.Series} series, {written.Written.Samples} samples");
                    return 0;
                })
        );
        storage.Subcommands.Add(export);
    }

    static int Inspect(string folder)
    {
        using var opened = OpenFolder(folder);
        StorageTables.WriteFiles(opened.Files(), Console.Out);
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
        StorageTables.WriteKinds(opened.Files(), Console.Out);
        foreach (var (title, counts) in opened.Cardinality(StorageTables.Top))
        {
            StorageTables.WriteCounts(title, counts.Select(static c => (c.Name, (long)c.Count)), Console.Out);
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
}
