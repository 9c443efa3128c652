using Presage.Query.Scripts;
using Xunit;

namespace Presage.Tests.Query;

/// <summary>
/// Runs Prometheus' own scripts from $PRESAGE_SHARED/data/promql where that is set. Each file has a floor of passing
/// evaluations that only rises.
/// </summary>
public sealed class SharedScriptTests
{
    [Theory]
    [InlineData("aggregators", 160)]
    [InlineData("collision", 2)]
    [InlineData("duration_expression", 59)]
    [InlineData("extended_vectors", 169)]
    [InlineData("fill-modifier", 46)]
    [InlineData("functions_a", 270)]
    [InlineData("histograms", 185)]
    [InlineData("info", 53)]
    [InlineData("literals", 25)]
    [InlineData("native_histograms", 522)]
    [InlineData("range_queries", 18)]
    [InlineData("selectors", 31)]
    [InlineData("staleness", 17)]
    [InlineData("start_timestamps", 18)]
    [InlineData("subquery", 34)]
    [InlineData("type_and_unit", 58)]
    public void At_least_as_many_evaluations_pass_as_ever(string name, int floor)
    {
        if (Environment.GetEnvironmentVariable("PRESAGE_SHARED") is not { Length: > 0 } shared)
        {
            return;
        }

        string file = Path.Combine(shared, "data", "promql", name + ".test");
        var report = PromQlScript.Run(name, File.ReadAllText(file), TestContext.Current.CancellationToken);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{name}: {report.Passed} passed, {report.Failed} failed");
        foreach (var failure in report.Failures)
        {
            output.WriteLine($"{failure.File}:{failure.Line}: {failure.Command}\n    {failure.Message}");
        }

        if (Environment.GetEnvironmentVariable("PRESAGE_REPORT") is { Length: > 0 } folder)
        {
            File.WriteAllLines(Path.Combine(folder, name + ".txt"), [
                $"{name}: {report.Passed} passed, {report.Failed} failed",
                .. report.Failures.Select(f => $"{f.File}:{f.Line}: {f.Command}\n    {f.Message}")]);
        }

        Assert.True(report.Passed >= floor, $"{name}: {report.Passed} evaluations pass, {floor} did before");
    }
}
