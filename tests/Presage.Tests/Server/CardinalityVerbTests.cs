using Presage.Api;
using Presage.Cli;
using Presage.Metrics;
using Presage.Storage;
using Spectre.Console;
using Xunit;

namespace Presage.Tests.Server;

public sealed class CardinalityVerbTests
{
    [Fact]
    public async Task Tables_name_the_metric_host_and_label_with_the_most_series()
    {
        await using var server = await ServerFixture.StartAsync(
            auth: AuthenticationMode.None, configure: static o => o.WatchingEnabled = false);
        var batch = new SampleBatch();
        for (int i = 0; i < 1_200; i++)
        {
            batch.AddSeries(LabelSet.OfMetric(
                "sessions", new Label("instance", "web1:9100"), new Label("session", $"{i}")).ToKey());
            batch.AddSample(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 1);
        }

        await server.Part<SampleStore>().AppendAsync(batch, CancellationToken.None);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Out = new AnsiConsoleOutput(output),
        });

        int code = await CardinalityVerb.RunAsync(
            server.Server.Listening.Local, null, 5, console, CancellationToken.None);

        Assert.Equal(0, code);
        Assert.Contains("1,200 active series", output.ToString());
        Assert.Matches(@"sessions\s+.*1,200", output.ToString());
        Assert.Matches(@"web1\s+.*1,200", output.ToString());
        Assert.Matches(@"session\s+.*1,200.*1,200", output.ToString());
    }
}
