using System.Diagnostics;
using Presage.Tests.Storage;
using Xunit;

namespace Presage.Tests.Cli;

public sealed class CultureTests
{
    [Fact]
    public async Task Numbers_have_points_also_where_the_environment_asks_for_commas()
    {
        await using var fixture = new StoreFixture();
        await fixture.AppendAsync("a", 0, StoreFixture.StartMs, 1.5);
        await fixture.Store.FlushAsync(CancellationToken.None);
        await fixture.CloseAsync();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "presage"), ["storage", "inspect", "--data", fixture.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0";
        start.Environment["LC_ALL"] = start.Environment["LANG"] = "de_DE.UTF-8";

        using var inspect = Process.Start(start)!;
        var error = inspect.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string told = await inspect.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await inspect.WaitForExitAsync(TestContext.Current.CancellationToken);

        // Without the library of cultures the runtime does not start so, and there are none to ask for.
        if (!(await error).Contains("ICU", StringComparison.Ordinal))
        {
            Assert.Matches(@"\.block .* [0-9]+\.[0-9]{3}\n", told);
        }
    }
}
