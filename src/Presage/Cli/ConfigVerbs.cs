using System.CommandLine;
using Presage.Configuration;

namespace Presage.Cli;

/// <summary><c>presage config …</c> and <c>presage healthcheck</c>.</summary>
static class ConfigVerbs
{
    static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(5);

    public static void AddTo(RootCommand root, Func<ParseResult, PresageOptions> options)
    {
        var check = new Command("check", "Read the configuration and tell what is wrong with it");
        check.SetAction((parsed, _) => Failure.GuardAsync(() =>
        {
            options(parsed);
            Console.Out.WriteLine("The configuration is good.");
            return 0;
        }));
        var reference = new Command("reference", "Print all keys as Markdown");
        reference.SetAction(static _ => Console.Out.Write(ConfigurationReference.Markdown()));
        root.Subcommands.Add(new Command("config", "The configuration") { check, reference });

        var health =
            new Command("healthcheck", "Exit with 0 when the server of this configuration answers that it is ready");
        health.SetAction(
            (parsed, cancellationToken) => Failure.GuardAsync(() => CheckAsync(options(parsed), cancellationToken)));
        root.Subcommands.Add(health);
    }

    static async Task<int> CheckAsync(PresageOptions options, CancellationToken cancellationToken)
    {
        // The check comes from this machine and looks at this server only: the certificate's name is not the point.
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        using var client = new HttpClient(handler) { Timeout = HealthTimeout };
        var address = new Uri(ServerAddress.Of(options), "/-/ready");
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            Console.Out.WriteLine((await answer.Content.ReadAsStringAsync(cancellationToken)).Trim());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"presage: {address} does not answer: {e.Message}");
            return 1;
        }
    }
}
