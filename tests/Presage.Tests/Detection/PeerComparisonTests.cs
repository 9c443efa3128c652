using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>How one of several like hosts lies to the others.</summary>
public sealed class PeerComparisonTests
{
    [Fact]
    public void The_one_unlike_its_twins_is_found_and_nobody_else()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var random = new SeededGenerator(seed);
            double[] values = [.. Enumerable.Range(0, 40).Select(_ => 0.42 + (0.01 * random.Normal()))];
            values[7] = 0.91;

            var readings = PeerComparison.Of(values, floor: 0.01);

            Assert.InRange(readings[7].Probability, 0, 5e-4);
            Assert.All(
                readings.Where(static (_, i) => i != 7), static one => Assert.InRange(one.Probability, 0.005, 1));
            Assert.InRange(readings[7].Lower, 0.38, 0.42);
            Assert.InRange(readings[7].Upper, 0.42, 0.46);
        }
    }

    [Fact]
    public void A_fleet_that_is_spread_stays_quiet()
    {
        int odd = 0, all = 0;
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var random = new SeededGenerator(seed);
            double[] values = [.. Enumerable.Range(0, 30).Select(_ => Math.Exp(random.Normal()))];
            foreach (var reading in PeerComparison.Of(values, floor: 0))
            {
                all++;
                odd += reading.Probability < 0.01 ? 1 : 0;
            }
        }

        // Log-normal: two or three times as often as it says.
        Assert.InRange(odd / (double)all, 0, 0.04);
    }

    [Fact]
    public void Too_few_and_the_same_say_nothing()
    {
        Assert.All(PeerComparison.Of([1, 1, 9], 0), static one => Assert.Equal(1, one.Probability));
        Assert.All(PeerComparison.Of([3, 3, 3, 3, 3, 3], 0), static one => Assert.Equal(1, one.Probability));
        Assert.All(PeerComparison.Of([3, 3, 3, 3, 3, 3.4], 1), static one => Assert.Equal(1, one.Probability));
        Assert.Empty(PeerComparison.Of([], 1));
    }
}
