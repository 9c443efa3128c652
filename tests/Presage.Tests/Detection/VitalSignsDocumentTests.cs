using System.Globalization;
using Presage.Metrics.Vitals;
using Presage.Tests.Tidy;
using Xunit;

namespace Presage.Tests.Detection;

public sealed class VitalSignsDocumentTests
{
    [Fact]
    public void The_table_is_the_catalogue()
    {
        string[] rows =
        [
            .. Repository.ReadLines("docs/vital-signs.md")
                .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
                .Where(static line => !line.StartsWith("| `presage_", StringComparison.Ordinal)),
        ];

        Assert.Equal(VitalCatalogue.Default.Vitals.Select(Row), rows);
    }

    static string Row(VitalSign vital)
    {
        string share = vital.RelativeFloor == 0 ? "" : $" or {Number(vital.RelativeFloor * 100)} %";
        string concern = vital.Concern.ToString().ToLowerInvariant();
        return $"| `{vital.Id}` | {vital.Name} | {vital.Unit} | {vital.Per ?? "–"} | {vital.Family} | {concern} | " +
            $"{Number(vital.Floor)}{share} | {vital.EverySeconds} s | {vital.Description} |";
    }

    static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
