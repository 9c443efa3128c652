using System.CommandLine;
using Presage.Cli;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Storage;
using Presage.Tests.Storage;
using Xunit;

namespace Presage.Tests.Cli;

/// <summary>What the options of <c>presage import</c> do.</summary>
public sealed class ImportVerbTests
{
    [Theory]
    [InlineData("")]
    [InlineData(";;")]
    public async Task A_separator_that_is_not_one_character_is_refused(string separator)
    {
        var result = Verbs(new PresageOptions()).Parse(
            ["import", "csv", "no.csv", "--time", "t", "--value", "v=m", "--separator", separator]);

        Assert.Equal(
            $"--separator \"{separator}\" is not one character. Give one, or tab.",
            Assert.Single(result.Errors).Message);
        Assert.NotEqual(0, await result.InvokeAsync());
    }

    [Theory]
    [InlineData(";", ";")]
    [InlineData("tab", "\t")]
    public async Task Rows_are_cut_at_the_separator(string separator, string character)
    {
        await using var fixture = new StoreFixture();
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        string file = Path.Combine(fixture.Folder, "a.csv");
        await File.WriteAllTextAsync(file, $"t{character}v\n{nowMs - 3_600_000}{character}1.5\n");
        string data = Path.Combine(fixture.Folder, "data");

        Assert.Equal(0, await Verbs(new PresageOptions { Data = data }).Parse(
            ["import", "csv", file, "--time", "t", "--time-format", "ms", "--value", "v=m", "--separator", separator])
            .InvokeAsync());

        fixture.Options = _ => new StorageOptions { DataFolder = data };
        Assert.Equal(
            1.5, BitConverter.Int64BitsToDouble(Assert.Single(
                StoreFixture.Read(fixture.Store, LabelSet.OfMetric("m"), StoreFixture.Always)).Bits));
    }

    static RootCommand Verbs(PresageOptions options)
    {
        var root = new RootCommand();
        ImportVerb.AddTo(root, _ => options);
        return root;
    }
}
