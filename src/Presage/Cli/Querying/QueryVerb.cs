using System.CommandLine;
using System.Globalization;
using Presage.Configuration;

namespace Presage.Cli.Querying;

/// <summary><c>presage query</c>: asks a running server.</summary>
static class QueryVerb
{
    const int PointsWanted = 120;

    static readonly Argument<string> Query = new("QUERY") { Description = "PromQL" };

    static readonly Option<string?> Url = new("--url")
    {
        Description = "The server; the local one of the configuration when left out",
    };

    static readonly Option<string?> Token = new("--token")
    {
        Description = "An API token (presage token create); " + ClientToken.Elsewhere,
    };

    static readonly Option<string?> Range = new("--range")
    {
        Description = "Ask for the time from now, or from --time, back to this long ago, for example 1h",
    };

    static readonly Option<string?> Step = new("--step")
    {
        Description = "The time between two points of a range, for example 30s",
    };

    static readonly Option<string?> Time = new("--time")
    {
        Description = "The time to ask for: seconds since 1970 or RFC 3339; now when left out",
    };

    static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "How to print: table, csv, json or plot",
        DefaultValueFactory = static _ => "table",
    };

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        Output.AcceptOnlyFromAmong("table", "csv", "json", "plot");
        var query = new Command("query", "Evaluate PromQL on a running server")
        {
            Query, Url, Token, Range, Step, Time, Output,
        };
        query.SetAction((parsed, cancellationToken) =>
            Failure.GuardAsync(() => RunAsync(parsed, options, cancellationToken)));
        root.Subcommands.Add(query);
    }

    static async Task<int> RunAsync(
        ParseResult parsed, Func<ParseResult, PresageOptions> options, CancellationToken cancellationToken)
    {
        var request = RequestOf(parsed);
        var server = parsed.GetValue(Url) is { } url
            ? ServerAddress.Named(url)
            : ServerAddress.Of(options(parsed));
        string? token = ClientToken.Of(parsed.GetValue(Token), "PRESAGE_QUERY_TOKEN");
        using var client = new QueryClient(server, token);
        var answer = await client.AskAsync(request, cancellationToken);
        if (answer.Error is { } error)
        {
            Console.Error.WriteLine($"presage: {error}");
            return 1;
        }

        foreach (string remark in answer.Remarks)
        {
            Console.Error.WriteLine(remark);
        }

        AnswerPrinter.Print(answer, parsed.GetRequiredValue(Output), Console.Out);
        return 0;
    }

    static QueryRequest RequestOf(ParseResult parsed)
    {
        string query = parsed.GetRequiredValue(Query);
        string? at = parsed.GetValue(Time), range = parsed.GetValue(Range), step = parsed.GetValue(Step);
        if (range is null)
        {
            return step is null
                ? new QueryRequest(query, at, null, null, null)
                : throw new ConfigurationException("--step is of use only with --range.");
        }

        var span = DurationOf("--range", range);
        double end = at is null ? TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 : SecondsOf(at);
        double seconds = step is null
            ? Math.Max(1, Math.Ceiling(span.TotalSeconds / PointsWanted))
            : DurationOf("--step", step).TotalSeconds;
        return new QueryRequest(query, null, Text(end - span.TotalSeconds), Text(end), Text(seconds));
    }

    static TimeSpan DurationOf(string option, string text) =>
        ConfigurationValue.TryDuration(text, out var span) && span > TimeSpan.Zero
            ? span
            : throw new ConfigurationException($"{option}: \"{text}\" is not a duration such as 30s or 1h.");

    static double SecondsOf(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds))
        {
            return seconds;
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds() / 1000.0
            : throw new ConfigurationException($"--time: \"{text}\" is neither seconds since 1970 nor RFC 3339.");
    }

    static string Text(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
