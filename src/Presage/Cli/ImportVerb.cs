using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Configuration;
using Presage.Import;
using Presage.Metrics;
using Presage.Query;
using Presage.State;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Cli;

/// <summary><c>presage import</c>: history from files, from a Prometheus and from its blocks.</summary>
static class ImportVerb
{
    static readonly Option<string?> Url = new("--url")
    {
        Description = "A running server to import into; the data folder of the configuration when left out",
        Recursive = true,
    };

    static readonly Option<string?> Token = new("--token")
    {
        Description = "An API token of an operator, for --url; " + ClientToken.Elsewhere,
        Recursive = true,
    };

    static readonly Option<FileInfo?> Resume = new("--resume")
    {
        Description = "A file in which finished parts are noted, so that they are skipped the next time",
        Recursive = true,
    };

    static readonly Option<string[]> Set = new("--set")
    {
        Description = "NAME=VALUE: a label of every series, for files",
        Recursive = true,
    };

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var import = new Command("import", "Import history; repeating an import changes nothing")
        {
            Url, Token, Resume, Set,
        };
        import.Subcommands.Add(OpenMetrics(options));
        import.Subcommands.Add(Csv(options));
        import.Subcommands.Add(Tsdb(options));
        import.Subcommands.Add(Prometheus(options));
        root.Subcommands.Add(import);
    }

    static Command OpenMetrics(Func<ParseResult, PresageOptions> options)
    {
        var files = new Argument<FileInfo[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Text, or .gz" };
        var text = new Option<bool>("--text")
        {
            Description = "Prometheus text format (times in ms) instead of OpenMetrics (seconds, # EOF at the end)",
        };
        var verb = new Command("openmetrics", "From OpenMetrics or Prometheus text with a time at every sample")
        {
            files, text,
        };
        Run(verb, options, parsed => OpenMetricsSource.Parts(
            Existing(parsed.GetRequiredValue(files)), !parsed.GetValue(text), Labels(parsed)));
        return verb;
    }

    static Command Csv(Func<ParseResult, PresageOptions> options)
    {
        var files = new Argument<FileInfo[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "CSV, or .gz" };
        var time = new Option<string>("--time") { Required = true, Description = "The column of the time" };
        var format = new Option<string>("--time-format")
        {
            Description = "s, ms, iso or a .NET format such as \"dd.MM.yyyy HH:mm\"; UTC unless the text names a zone",
            DefaultValueFactory = static _ => "iso",
        };
        var values = new Option<string[]>("--value")
        {
            Required = true,
            Description = "COLUMN=METRIC, several times for several; or COLUMN together with --metric",
        };
        var metric = new Option<string?>("--metric") { Description = "The column that names the metric" };
        var labels = new Option<string[]>("--label")
        {
            Description = "COLUMN or COLUMN=LABEL; may stand several times",
        };
        var separator = new Option<string>("--separator")
        {
            Description = "One character, or tab",
            DefaultValueFactory = static _ => ",",
        };
        separator.Validators.Add(static result =>
        {
            string text = result.GetValueOrDefault<string>() ?? "";
            if (text.Length != 1 && text is not ("tab" or "\\t"))
            {
                result.AddError($"--separator \"{text}\" is not one character. Give one, or tab.");
            }
        });
        var verb = new Command("csv", "From CSV with a first row of names")
        {
            files, time, format, values, metric, labels, separator,
        };
        Run(verb, options, parsed => CsvSource.Parts(
            Existing(parsed.GetRequiredValue(files)),
            new CsvMapping(
                parsed.GetRequiredValue(time),
                parsed.GetRequiredValue(format),
                [.. parsed.GetRequiredValue(values).Select(v => ValueColumn(v, parsed.GetValue(metric)))],
                parsed.GetValue(metric),
                [.. (parsed.GetValue(labels) ?? []).Select(static l => Pair(l) ?? (l, l))],
                Labels(parsed)),
            parsed.GetRequiredValue(separator) is "\\t" or "tab" ? '\t' : parsed.GetRequiredValue(separator)[0]));
        return verb;
    }

    static Command Tsdb(Func<ParseResult, PresageOptions> options)
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "A snapshot, a data folder or one block" };
        var (from, to) = Span();
        var verb = new Command("tsdb", "From the blocks of a Prometheus") { folder, from, to };
        Run(verb, options, parsed => TsdbSource.Parts(
            parsed.GetRequiredValue(folder), Time(parsed, from, long.MinValue), Time(parsed, to, long.MaxValue)));
        return verb;
    }

    static Command Prometheus(Func<ParseResult, PresageOptions> options)
    {
        var server = new Argument<string>("ADDRESS") { Description = "Of the Prometheus, such as http://host:9090" };
        var match = new Option<string>("--match")
        {
            Description = "Which series, as a selector",
            DefaultValueFactory = static _ => "{__name__=~\".+\"}",
        };
        var header = new Option<string?>("--authorization") { Description = "The Authorization header to send" };
        var (from, to) = Span();
        var verb = new Command("prometheus", "From a running Prometheus, or another server of its API")
        {
            server, match, header, from, to,
        };
        Run(verb, options, parsed =>
        {
            long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var address = Address("ADDRESS", parsed.GetRequiredValue(server));
            var http = new HttpClient
            {
                BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),
                Timeout = Timeout.InfiniteTimeSpan,
            };
            if (parsed.GetValue(header) is { } value)
            {
                http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(value);
            }

            string selector = parsed.GetRequiredValue(match);
            return PrometheusSource.Parts(
                http, new PromQlEngine(new QueryLimits()).ParseSelector(selector), selector,
                Time(parsed, from, now - (long)TimeSpan.FromDays(15).TotalMilliseconds), Time(parsed, to, now));
        });
        return verb;
    }

    static (Option<string?> From, Option<string?> To) Span() => (
        new Option<string?>("--from") { Description = "A time such as 2026-01-31 or 2026-01-31T12:00Z" },
        new Option<string?>("--to") { Description = "A time, the end included" });

    static void Run(
        Command verb, Func<ParseResult, PresageOptions> options,
        Func<ParseResult, IReadOnlyList<ImportPart>> read) =>
        verb.SetAction((parsed, token) => Failure.GuardAsync(async () =>
        {
            try
            {
                return await RunAsync(parsed, options(parsed), read(parsed), token);
            }
            catch (DataFolderLockedException e)
            {
                Console.Error.WriteLine($"presage: {e.Message} To import into a running server, use --url.");
                return 1;
            }
            catch (Exception e) when (e is ImportException or PromQlException or IOException or HttpRequestException
                or UnauthorizedAccessException)
            {
                Console.Error.WriteLine();
                Console.Error.WriteLine($"presage: {e.Message}");
                Console.Error.WriteLine(
                    "Parts that were finished are stored. Run the same import again when the cause is mended.");
                return 1;
            }
        }));

    static async Task<int> RunAsync(
        ParseResult parsed, PresageOptions options, IReadOnlyList<ImportPart> parts,
        CancellationToken cancellationToken)
    {
        ImportReport report;
        await using (var target = Target(parsed, options))
        {
            var progress = new ImportProgress(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
            report = await new ImportRun(parts, target, parsed.GetValue(Resume), progress).RunAsync(cancellationToken);
        }

        string noun = report.Parts == 1 ? "part" : "parts";
        string skipped = report.Skipped > 0 ? $", {report.Skipped} skipped as finished before" : "";
        Console.Out.WriteLine($"Imported {report.Outcome.Accepted} samples of {report.Parts} {noun}{skipped}.");
        if (report.Histograms > 0)
        {
            Console.Out.WriteLine(
                $"{report.Histograms} native histograms were left out: that server answers queries only, which tell " +
                "too little of them.");
        }

        if (report.Outcome.Refused > 0)
        {
            Console.Out.WriteLine(
                $"{report.Outcome.Refused} samples were refused. First reason: {report.Outcome.FirstRefusal}");
        }

        return 0;
    }

    static IImportTarget Target(ParseResult parsed, PresageOptions options) =>
        parsed.GetValue(Url) is { } url
            ? new ServerTarget(
                Address("--url", url),
                ClientToken.Of(parsed.GetValue(Token)))
            : new StoreTarget(
                SampleStore.Open(PresageServer.StorageOf(options, null), TimeProvider.System, NullLogger.Instance),
                newestMs => Meet(options.Data, newestMs));

    /// <summary>The server and what trains it will know the hosts of a finished part.</summary>
    static void Meet(string folder, IReadOnlyDictionary<string, long> newestMs)
    {
        using var state = StateDatabase.Open(folder);
        var hosts = new HostRegistry(state, TimeProvider.System);
        hosts.OnImported(newestMs);
        hosts.Save();
    }

    static IReadOnlyList<Label> Labels(ParseResult parsed) => [.. (parsed.GetValue(Set) ?? []).Select(static text =>
        Pair(text) is var (name, value)
            ? new Label(name, value)
            : throw new ImportException($"--set is \"{text}\"; write NAME=VALUE."))];

    static (string Column, string? Metric) ValueColumn(string text, string? metricColumn)
    {
        if (Pair(text) is var (column, metric))
        {
            return (column, metric);
        }

        return metricColumn is not null ? (text, null) : throw new ImportException(
            $"--value is \"{text}\"; write COLUMN=METRIC, or name the metric's column by --metric.");
    }

    static (string Name, string Value)? Pair(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? (text[..equals], text[(equals + 1)..]) : null;
    }

    static Uri Address(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new ImportException($"{name} is \"{text}\"; write an address such as http://host:9090.");

    static FileInfo[] Existing(FileInfo[] files) => files.FirstOrDefault(static f => !f.Exists) is { } missing
        ? throw new ImportException($"There is no file {missing.FullName}.")
        : files;

    static long Time(ParseResult parsed, Option<string?> option, long otherwise) =>
        parsed.GetValue(option) is not { } text ? otherwise
        : DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw new ImportException($"{option.Name} is \"{text}\"; write a time such as 2026-01-31T12:00Z.");
}
