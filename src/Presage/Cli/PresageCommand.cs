using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Presage.Configuration;

namespace Presage.Cli;

/// <summary>The command line: verbs, and a flag for every configuration key.</summary>
static class PresageCommand
{
    static readonly Option<string?> ConfigFile = new("--config")
    {
        Description = "The configuration file; presage.yaml of the current folder when left out",
        HelpName = "FILE",
        Recursive = true,
    };

    static readonly string[] EverywhereShown = ["data", "listen"];

    static readonly IReadOnlyDictionary<string, Option<string?>> Flags = ConfigurationKeys.All.ToDictionary(
        static key => key.Key,
        static key =>
        {
            var option = new Option<string?>(key.Flag)
            {
                Description = key.Meaning,
                HelpName = key.Key.ToUpperInvariant(),
                Recursive = true,
            };
            if (key.Key == "collection.enabled")
            {
                option.Aliases.Add("--collect");
            }

            return option;
        });

    /// <param name="time">The clock the server lives by.</param>
    public static RootCommand Create(TimeProvider time)
    {
        var root = new RootCommand("Presage watches the health of servers. Without a verb it serves.");
        root.Options.Add(ConfigFile);
        foreach (var flag in Flags.Values)
        {
            root.Options.Add(flag);
        }

        var serve = new Command("serve", "Run the server (what presage does without a verb)");
        Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken) =>
            ServeVerb.RunAsync(() => Options(parsed), time, cancellationToken);
        root.SetAction(ServeAsync);
        serve.SetAction(ServeAsync);
        root.Subcommands.Add(serve);

        var version = new Command("version", "Print the version");
        version.SetAction(static _ => Console.Out.WriteLine(PresageVersion.Text));
        root.Subcommands.Add(version);

        var openApi = new Command("openapi", "Print the OpenAPI document of the HTTP API");
        openApi.SetAction(static async (_, cancellationToken) =>
        {
            Console.Out.Write(await Api.ApiDocument.WriteAsync(PresageServer.BuildApi().Services, cancellationToken));
            return 0;
        });
        root.Subcommands.Add(openApi);
        AccountVerbs.AddTo(root, Options);
        ConfigVerbs.AddTo(root, Options);
        Querying.QueryVerb.AddTo(root, Options);
        PromQlVerbs.AddTo(root);
        DetectVerbs.AddTo(root, Options);
        ImportVerb.AddTo(root, Options);
        StorageVerbs.AddTo(root, Options);
        BackupVerbs.AddTo(root, Options);
        CardinalityVerb.AddTo(root, Options);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new BriefHelp(
            (HelpAction)help.Action!, [.. Flags.Values], [.. EverywhereShown.Select(static key => Flags[key])]);
        return root;
    }

    /// <summary>Runs the verb of the arguments; a mistake in them is told without the whole of the help.</summary>
    /// <returns>The exit code: 0 for success, 1 for arguments that are no verb's, or what the verb says.</returns>
    public static async Task<int> RunAsync(string[] args, TimeProvider time, TimeSpan stopMax)
    {
        var parsed = Create(time).Parse(args);
        if (parsed.Action is ParseErrorAction error)
        {
            error.ShowHelp = false;
            int code = await parsed.InvokeAsync();
            Console.Error.WriteLine($"See `{Path(parsed.CommandResult)} --help`.");
            return code;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = stopMax });

        static string Path(CommandResult command) => command.Parent is CommandResult parent
            ? $"{Path(parent)} {command.Command.Name}"
            : "presage";
    }

    static PresageOptions Options(ParseResult parsed)
    {
        var flags = new Dictionary<string, string>();
        foreach (var (key, option) in Flags)
        {
            if (parsed.GetValue(option) is { } value)
            {
                flags[key] = value;
            }
        }

        return ConfigurationReader.Read(parsed.GetValue(ConfigFile), Environment.GetEnvironmentVariables(), flags);
    }
}
