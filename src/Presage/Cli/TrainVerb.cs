using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics.Vitals;
using Presage.Query;
using Presage.State;
using Presage.Storage;
using Presage.Watching;
using Spectre.Console;

namespace Presage.Cli;

/// <summary>
/// <c>presage detect train</c>: learns what is usual for hosts as a whole from stored history, in the data folder or in
/// a running server.
/// </summary>
static class TrainVerb
{
    static readonly Option<string?> Url = new("--url")
    {
        Description = "A running server; the data folder of the configuration when left out",
    };

    static readonly Option<string?> Token = new("--token")
    {
        Description = "An API token of an operator, for --url; PRESAGE_TOKEN when left out",
    };

    static readonly Option<string> Since = new("--since")
    {
        Description = "How much of the history counts: 12h to 30d",
        HelpName = "DURATION",
        DefaultValueFactory = static _ => "7d",
    };

    static readonly Option<string?> Host = new("--host") { Description = "One host; all when left out" };

    static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);

    public static Command Of(Func<ParseResult, PresageOptions> options)
    {
        var train = new Command("train", "Learn what is usual for hosts from stored history")
        {
            Url, Token, Since, Host,
        };
        train.SetAction((parsed, cancellationToken) => Failure.GuardAsync(async () =>
        {
            var since = SinceOf(parsed);
            try
            {
                return parsed.GetValue(Url) is { } url
                    ? await TrainServerAsync(url, parsed, since, cancellationToken)
                    : await TrainFolderAsync(options(parsed), parsed.GetValue(Host), since, cancellationToken);
            }
            catch (DataFolderLockedException e)
            {
                Console.Error.WriteLine($"presage: {e.Message} To train in a running server, use --url.");
                return 1;
            }
            catch (HttpRequestException e)
            {
                Console.Error.WriteLine($"presage: {e.Message}");
                return 1;
            }
        }));
        return train;
    }

    static async Task<int> TrainFolderAsync(
        PresageOptions options, string? only, TimeSpan since, CancellationToken cancellationToken)
    {
        await using var store = SampleStore.Open(
            PresageServer.StorageOf(options, null), TimeProvider.System, NullLogger.Instance);
        using var state = StateDatabase.Open(options.Data);
        var watcher = new Watcher(
            new WatchedStore(store),
            new PromQlEngine(new QueryLimits()),
            VitalCatalogue.Default,
            new HostRegistry(state, TimeProvider.System),
            state,
            TimeProvider.System,
            NullLogger.Instance,
            PresageServer.WatcherOptionsOf(options));
        var hosts = watcher.Registry.Snapshot().Select(static host => host.Name)
            .Where(name => only is null || name == only).ToList();
        var learned = new List<TrainedHost>();
        await ShowAsync(progress =>
        {
            foreach (string host in hosts)
            {
                var task = progress.AddTask(host, maxValue: 1);
                int rows = watcher.Learn(host, since, share => task.Value = share, cancellationToken);
                task.Value = 1;
                learned.Add(new TrainedHost(host, rows));
            }

            return Task.CompletedTask;
        });
        return Tell(learned, only);
    }

    static async Task<int> TrainServerAsync(
        string url, ParseResult parsed, TimeSpan since, CancellationToken cancellationToken)
    {
        string? token = ClientToken.Of(parsed.GetValue(Token));
        var server = ServerAddress.Named(url);
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization =
            token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        const string Path = "/api/presage/v1/detection/training";
        using var answer = await http.PostAsJsonAsync(
            Path, new TrainingRequest(parsed.GetValue(Host), since.TotalSeconds), ApiJson.Options, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            Console.Error.WriteLine(
                $"presage: {server}: {await RefusedAnswer.ReadAsync(answer, cancellationToken)}");
            return 1;
        }

        TrainingProgress now = new(0, 0, null, 0, []);
        await ShowAsync(async progress =>
        {
            var task = progress.AddTask("Learning", maxValue: 1);
            do
            {
                await Task.Delay(AskEvery, TimeProvider.System, cancellationToken);
                now = (await http.GetFromJsonAsync<TrainingProgress>(Path, ApiJson.Options, cancellationToken))!;
                task.Description = now.Host ?? "Learning";
                task.Value = (now.Done + now.Share) / Math.Max(1, now.Hosts);
            }
            while (now.Done < now.Hosts);
        });
        return Tell(now.Learned, parsed.GetValue(Host));
    }

    static Task ShowAsync(Func<ProgressContext, Task> work) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) })
            .Progress().StartAsync(work);

    static int Tell(IReadOnlyList<TrainedHost> learned, string? only)
    {
        foreach (var (host, rows) in learned)
        {
            Console.Out.WriteLine(rows > 0
                ? $"{host}: learned from {rows} rows of history"
                : $"{host}: not learned, there is less than half a day of its vital signs");
        }

        if (learned.Count == 0)
        {
            Console.Error.WriteLine(only is null
                ? "presage: no host has sent samples, and none was imported."
                : $"presage: no host {only}.");
        }

        return learned.Count == 0 ? 1 : 0;
    }

    static TimeSpan SinceOf(ParseResult parsed)
    {
        string text = parsed.GetRequiredValue(Since);
        return ConfigurationValue.TryDuration(text, out var since) && since >= TimeSpan.FromHours(12) &&
            since <= TimeSpan.FromDays(30)
            ? since
            : throw new StartException($"--since {text} is not a duration from 12h to 30d.");
    }
}
