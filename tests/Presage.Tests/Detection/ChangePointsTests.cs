using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>When exactly a series changed.</summary>
public sealed class ChangePointsTests
{
    const int Count = 240;

    [Theory]
    [InlineData("step", ChangeKind.Rose, 2)]
    [InlineData("fall", ChangeKind.Fell, 2)]
    [InlineData("rough", ChangeKind.Rougher, 12)]
    [InlineData("calm", ChangeKind.Calmer, 12)]
    public void A_change_is_found_where_it_is(string fault, ChangeKind expected, int offMax)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var random = new SeededGenerator(seed);
            double[] values = Values(i => 1e6 * (5 + random.Normal() + fault switch
            {
                "step" => i >= 150 ? 4 : 0,
                "fall" => i >= 150 ? -4 : 0,
                "rough" => i >= 150 ? 6 * random.Normal() : 0,
                _ => i < 150 ? 6 * random.Normal() : 0,
            }));
            values[40] = 1e12;

            var points = ChangePoints.Of(values);

            Assert.NotEmpty(points);
            Assert.InRange(points[0].At, 150 - offMax, 150 + offMax);
            Assert.Equal(expected, points[0].Kind);
            Assert.True(points[0].Gain > 0);
        }
    }

    [Fact]
    public void Most_climbs_are_found_and_named()
    {
        int found = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var random = new SeededGenerator(seed);
            var points = ChangePoints.Of(Values(i => random.Normal() + (i >= 150 ? (i - 150) / 3.0 : 0)));
            found += points.Any(static point => point.Kind == ChangeKind.Climbs && point.At is > 135 and < 190) ? 1 : 0;
        }

        Assert.InRange(found, 4, 10);
    }

    [Fact]
    public void Several_changes_are_found_in_order()
    {
        var random = new SeededGenerator(3);

        var points = ChangePoints.Of(Values(i => random.Normal() + (i / 60 % 2 * 8)));

        Assert.Equal([60, 120, 180], points.Select(static point => (int)Math.Round(point.At / 10.0) * 10));
        Assert.Equal(
            [ChangeKind.Rose, ChangeKind.Fell, ChangeKind.Rose], points.Select(static point => point.Kind));
    }

    [Theory]
    [InlineData(0.0, 2)]
    [InlineData(0.6, 3)]
    [InlineData(0.9, 5)]
    public void Noise_is_seldom_split_however_long_its_memory(double kept, int splitMax)
    {
        int split = 0;
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var random = new SeededGenerator(seed);
            double slow = 0;
            split += ChangePoints.Of(Values(_ => slow = (kept * slow) + random.Normal())).Count > 0 ? 1 : 0;
        }

        Assert.InRange(split, 0, splitMax);
    }

    [Fact]
    public void What_only_goes_on_has_no_change()
    {
        var random = new SeededGenerator(9);
        Assert.Empty(ChangePoints.Of(Values(static _ => 7)));
        Assert.Empty(ChangePoints.Of(Values(i => i + (0.5 * random.Normal()))));
        Assert.Empty(ChangePoints.Of([1, 2, 3]));
        Assert.Empty(ChangePoints.Of(Values(static i => i % 2 == 0 ? 1e308 : -1e308)));
    }

    static double[] Values(Func<int, double> value) => [.. Enumerable.Range(0, Count).Select(value)];
}
