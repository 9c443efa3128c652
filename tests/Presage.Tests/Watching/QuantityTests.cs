using System.Text.Json;
using Presage.Metrics.Vitals;
using Presage.Tests.Tidy;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>Sentences write numbers as the dashboard does: one file holds both (web/src/lib/format.test.ts).</summary>
public sealed class QuantityTests
{
    [Fact]
    public void Sentences_write_values_and_ranges_as_the_dashboard_does()
    {
        string path = Path.Combine(Repository.Root, "web", "src", "lib", "quantities.json");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var one in golden.RootElement.GetProperty("values").EnumerateArray())
        {
            Assert.Equal(
                Text(one, "sentence"),
                Quantity.Format(Number(one, "value"), Text(one, "unit"), Text(one, "family")).Replace('\u00A0', ' '));
        }

        foreach (var one in golden.RootElement.GetProperty("ranges").EnumerateArray())
        {
            string range = Quantity.FormatRange(
                Number(one, "lower"), Number(one, "upper"), Text(one, "unit"), Text(one, "family"));
            Assert.Equal(Text(one, "sentence"), range.Replace('\u00A0', ' '));
        }
    }

    static double Number(JsonElement one, string name) => one.GetProperty(name).GetDouble();

    static string Text(JsonElement one, string name) => one.GetProperty(name).GetString()!;
}
