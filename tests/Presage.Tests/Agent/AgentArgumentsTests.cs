using Presage.Agent;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Agent;

public sealed class AgentArgumentsTests
{
    [Fact]
    public void Reads_every_flag()
    {
        string file = Path.GetTempFileName();
        Assert.True(Parse(
            out var options,
            out string error,
            "--server", "https://presage.example:9440/base/", "--token=t0k", "--interval", "15s", "--label",
                "site=berlin",
            "--label=rack=", "--host", "web1", "--spool", "/tmp/x", "--spool-max", "1GiB", "--ca", file), error);
        File.Delete(file);

        Assert.Equal(new Uri("https://presage.example:9440/base/"), options.Server);
        Assert.Equal(("t0k", 15, "web1", "/tmp/x"),
            (options.Token, (int)options.Interval.TotalSeconds, options.HostName, options.SpoolFolder));
        Assert.Equal(1L << 30, options.SpoolBytesMax);
        Assert.Equal([new Label("site", "berlin"), new Label("rack", "")], options.Labels);
    }

    [Fact]
    public void Takes_server_token_and_spool_from_the_environment_and_lets_flags_win()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PRESAGE_SERVER"] = "http://a:1", ["PRESAGE_TOKEN"] = "secret", ["STATE_DIRECTORY"] =
                "/var/lib/a:/var/lib/b",
        };

        Assert.True(AgentArguments.TryParse(["--server", "http://b:2"], environment.GetValueOrDefault, out var options,
            out _));

        Assert.Equal(("http://b:2/", "secret", "/var/lib/a"),
            (options.Server!.AbsoluteUri, options.Token, options.SpoolFolder));
    }

    [Theory]
    [InlineData("--server is missing", "")]
    [InlineData("--token is missing", "--server http://a:1")]
    [InlineData("--server is not a web address: \"a:1\"", "--server a:1")]
    [InlineData("--server is not a web address: \"ftp://a\"", "--server ftp://a")]
    [InlineData("--server must be an address only", "--server http://u:p@a:1")]
    [InlineData("--token holds characters", "--server http://a:1 --token t\u00e4")]
    [InlineData("--interval must be between 1s and 5m, not \"500ms\"", "--interval 500ms")]
    [InlineData("--interval must be between 1s and 5m, not \"1h\"", "--interval 1h")]
    [InlineData("--interval must be between 1s and 5m, not \"5\"", "--interval 5")]
    [InlineData("--label must be NAME=VALUE", "--label site")]
    [InlineData("--label must be NAME=VALUE", "--label 1site=a")]
    [InlineData("--label must be NAME=VALUE", "--label __name__=a")]
    [InlineData("--label a stands twice", "--label a=1 --label a=2")]
    [InlineData("--spool-max must be a size of 1MiB or more, not \"12\"", "--spool-max 12")]
    [InlineData("--spool-max must be a size of 1MiB or more, not \"-1MiB\"", "--spool-max -1MiB")]
    [InlineData("--ca names a file that does not exist", "--ca /nowhere/ca.pem")]
    [InlineData("--path.procfs names a folder that does not exist", "--path.procfs /nowhere")]
    [InlineData("--once knows only \"print\"", "--once send")]
    [InlineData("--token needs a value", "--token")]
    [InlineData("Did you mean --server?", "--servers http://a")]
    [InlineData("Unknown argument \"x\"", "x")]
    public void A_wrong_argument_is_named_with_its_fix(string expected, string line)
    {
        Assert.False(Parse(out _, out string error, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--version", "PrintVersion")]
    [InlineData("--help", "PrintHelp")]
    [InlineData("--once print", "PrintOnce")]
    public void Needs_no_server_for_what_does_not_send(string line, string action)
    {
        Assert.True(Parse(out var options, out _, line.Split(' ')));

        Assert.Equal(action, options.Action.ToString());
    }

    static bool Parse(out AgentOptions options, out string error, params string[] arguments) =>
        AgentArguments.TryParse(arguments, static _ => null, out options, out error);
}
