using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Presage.Api;
using Presage.Configuration;
using Spectre.Console;

namespace Presage.Cli;

/// <summary><c>presage cardinality</c>: which metric, host or label has the most series on a running server.</summary>
static class CardinalityVerb
{
    static readonly Option<string?> Url = new("--url")
    {
        Description = "The server; the local one of the configuration when left out",
    };

    static readonly Option<string?> Token = new("--token")
    {
        Description = "An API token; " + ClientToken.Elsewhere,
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "Rows of each table",
        DefaultValueFactory = static _ => 10,
    };

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var verb = new Command("cardinality", "Show which metric, host or label has the most series, and what grew")
        {
            Url, Token, Top,
        };
        verb.SetAction((parsed, cancellationToken) => Failure.GuardAsync(async () =>
        {
            var server = parsed.GetValue(Url) is { } url
                ? ServerAddress.Named(url)
                : ServerAddress.Of(options(parsed));
            string? token = ClientToken.Of(parsed.GetValue(Token));
            return await RunAsync(
                server, token, parsed.GetValue(Top), AnsiConsole.Console, cancellationToken);
        }));
        root.Subcommands.Add(verb);
    }

    internal static async Task<int> RunAsync(
        Uri server, string? token, int top, IAnsiConsole console, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization =
            token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await http.GetAsync($"/api/presage/v1/cardinality?top={top}", cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                await Console.Error.WriteLineAsync(
                    $"presage: {server}: {await RefusedAnswer.ReadAsync(response, cancellationToken)}");
                return 1;
            }

            var answer = await response.Content.ReadFromJsonAsync<CardinalityAnswer>(
                ApiJson.Options, cancellationToken);
            Print(answer!, console);
            return 0;
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync($"presage: {server} does not answer: {e.Message}");
            return 1;
        }
    }

    static void Print(CardinalityAnswer answer, IAnsiConsole console)
    {
        console.WriteLine(
            $"{Text(answer.Series)} active series of at most {Text(answer.SeriesMax)} " +
            $"({Text(answer.SeriesPerHostMax)} a host).");
        string since = answer.GrowthSinceMs is { } ms
            ? $"since {DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime:yyyy-MM-dd HH:mm} UTC"
            : "not known yet";
        console.WriteLine($"Growth: {since}.");
        Write(
            console, "Metric", answer.Metrics.Select(static m => (string[])[m.Name, Text(m.Series), Grown(m.Growth)]));
        Write(console, "Host", answer.Hosts.Select(static h => (string[])[h.Name, Text(h.Series), Grown(h.Growth)]));
        Write(
            console, "Label",
            answer.Labels.Select(static l => (string[])[l.Name, Text(l.Series), Grown(l.Growth), Text(l.Values)]),
            "Values");
        Write(
            console, "Label and value",
            answer.Pairs.Select(static p => (string[])[$"{p.Name}=\"{p.Value}\"", Text(p.Series), ""]));
    }

    static void Write(IAnsiConsole console, string name, IEnumerable<string[]> rows, params string[] more)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(name);
        foreach (string column in (string[])["Series", "Growth", .. more])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (string[] row in rows)
        {
            table.AddRow([.. row.Select(static text => new Text(text))]);
        }

        console.Write(table);
    }

    static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Grown(long? growth) => growth switch
    {
        null => "",
        > 0 => $"+{Text(growth.Value)}",
        _ => Text(growth.Value),
    };
}
