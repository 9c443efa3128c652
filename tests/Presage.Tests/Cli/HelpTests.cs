using System.CommandLine;
using Presage.Cli;
using Xunit;

namespace Presage.Tests.Cli;

public sealed class HelpTests
{
    [Theory]
    [InlineData("query --help", "--range", true)]
    [InlineData("query --help", "--storage.retention", false)]
    [InlineData("--help", "--storage.retention", false)]
    [InlineData("--help", "--data", true)]
    [InlineData("serve --help", "--storage.retention", true)]
    public async Task Help_shows_every_configuration_flag_where_one_serves_only(string line, string flag, bool shown)
    {
        var output = new StringWriter();
        int code = await PresageCommand.Create(TimeProvider.System).Parse(line).InvokeAsync(
            new InvocationConfiguration { Output = output }, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal(shown, output.ToString().Contains(flag, StringComparison.Ordinal));
    }

    [Fact]
    public void A_flag_that_help_leaves_out_is_taken_all_the_same() =>
        Assert.Empty(PresageCommand.Create(TimeProvider.System).Parse("storage stats --storage.retention 10d").Errors);
}
