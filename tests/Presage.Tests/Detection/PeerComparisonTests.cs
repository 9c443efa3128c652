using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>How one of several like hosts lies to the others, how rare that is, and which hosts are alike.</summary>
public sealed class PeerComparisonTests
{
    static readonly DetectorSettings Ratio = new() { Floor = 0.01, Minimum = 0, Maximum = 1 };
    static readonly DetectorSettings Count = new() { Floor = 1e-9, IsLogarithmic = true, Minimum = 0 };

    [Fact]
    public void The_one_unlike_its_twins_is_found_and_nobody_else()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var random = new SeededGenerator(seed);
            double[] values = [.. Enumerable.Range(0, 40).Select(_ => 0.42 + (0.01 * random.Normal()))];
            values[7] = 0.91;

            var readings = PeerComparison.Of(values, Ratio);

            Assert.InRange(readings[7].Farness, 15, 60);
            Assert.All(readings.Where(static (_, i) => i != 7), static one => Assert.InRange(one.Farness, 0, 3));
            Assert.InRange(readings[7].Lower, 0.38, 0.42);
            Assert.InRange(readings[7].Upper, 0.42, 0.46);
        }
    }

    [Fact]
    public void Counts_are_compared_by_ratio_and_what_is_known_is_no_news()
    {
        double[] values = [100, 200, 50, 130, 80, 100, 25_000];

        var readings = PeerComparison.Of(values, Count);
        var known = PeerComparison.Of(values, Count, [0, 0, 0, 0, 0, 0, readings[6].Farness]);

        Assert.InRange(readings[6].Farness, 5, 12);
        Assert.Equal(1, known[6].Farness, 9);
        Assert.InRange(known[6].Upper, 190, 210);
        Assert.All(readings[..6], static one => Assert.InRange(one.Farness, 0, 3));
    }

    [Fact]
    public void A_large_group_is_compared_like_a_small_one()
    {
        var random = new SeededGenerator(5);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => 0.42 + (0.01 * random.Normal()))];
        values[7] = 0.91;

        var readings = PeerComparison.Of(values, Ratio);

        Assert.InRange(readings[7].Farness, 20, 60);
        Assert.InRange(readings[7].Upper, 0.43, 0.45);
    }

    [Fact]
    public void Too_few_and_the_same_say_nothing()
    {
        var wide = Ratio with { Floor = 1, Maximum = 100 };
        Assert.All(PeerComparison.Of([1, 1, 9], wide), static one => Assert.Equal(0, one.Farness));
        Assert.All(PeerComparison.Of([3, 3, 3, 3, 3, 3], wide), static one => Assert.Equal(0, one.Farness));
        Assert.All(PeerComparison.Of([3, 3, 3, 3, 3, 3.4], wide), static one => Assert.InRange(one.Farness, 0, 0.5));
        Assert.Empty(PeerComparison.Of([], wide));
    }

    /// <summary>What is counted holds whatever the distances are distributed like.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(1.5)]
    public void A_probability_is_the_share_of_normal_looks_that_far_out(double spread)
    {
        var random = new SeededGenerator(9);
        var rarity = new PeerRarity();
        for (int i = 0; i < 100_000; i++)
        {
            rarity.Learn(Math.Exp(spread * random.Normal()) / Math.Exp(1.28 * spread), 1);
        }

        foreach (double share in new[] { 1e-2, 1e-3, 1e-4 })
        {
            int beyond = 0;
            for (int i = 0; i < 400_000; i++)
            {
                double farness = Math.Exp(spread * random.Normal()) / Math.Exp(1.28 * spread);
                beyond += rarity.Probability(farness) <= share ? 1 : 0;
            }

            Assert.InRange(beyond / 400_000.0, share / 4, share * 2);
        }
    }

    [Fact]
    public void A_prior_speaks_until_something_is_known_and_damage_is_seen()
    {
        var rarity = new PeerRarity();
        Assert.Equal(1, rarity.Probability(0.9));
        Assert.InRange(rarity.Probability(10), 5e-7, 5e-6);
        Assert.InRange(rarity.Probability(double.PositiveInfinity), 0, 1e-8);
        Assert.False(rarity.Resume([1, -1]));
        Assert.False(rarity.Resume([.. Enumerable.Repeat(double.NaN, PeerRarity.Bins)]));
        Assert.True(rarity.Resume([.. Enumerable.Repeat(1.0, PeerRarity.Bins)]));
        Assert.Equal(PeerRarity.Bins, rarity.Looks, 9);
        rarity.Forget(14 * 86_400);
        Assert.Equal(PeerRarity.Bins / 2.0, rarity.Looks, 9);
    }

    [Fact]
    public void Hosts_are_grouped_by_what_they_usually_do_and_stay_with_a_fault()
    {
        var profiles = new List<PeerProfile>();
        for (int host = 0; host < 24; host++)
        {
            profiles.Add(ProfileOf(host, host % 3 == 0 ? 20 : 0));
        }

        int[] groups = PeerGroups.Of(profiles, [.. Enumerable.Repeat(-1, 24)]);
        Assert.Single(groups.Where(static (_, host) => host % 3 == 0).Distinct());
        Assert.Single(groups.Where(static (_, host) => host % 3 != 0).Distinct());
        Assert.Equal(2, groups.Distinct().Count());

        // Four of ten signals of one move far away: it is still one of them, and a new one like that is not.
        profiles[4] = ProfileOf(4, 0, odd: 4);
        profiles.Add(ProfileOf(30, 0, odd: 4));
        int[] later = PeerGroups.Of(profiles, [.. groups, -1]);
        Assert.Equal(groups, later[..24]);
        Assert.Equal(-1, later[24]);

        Assert.All(PeerGroups.Of(profiles[..4], [-1, -1, -1, -1]), static group => Assert.Equal(-1, group));
    }

    static PeerProfile ProfileOf(int host, double kind, int odd = 0)
    {
        double[] middle = [.. Enumerable.Range(0, 10).Select(i =>
            (host % 5 * 0.2) + (i < 5 ? kind : 0) + (i < odd ? 90 : 0))];
        return new PeerProfile(
            [.. middle.Select(static one => one - 0.1)], [.. middle.Select(static one => one + 0.1)]);
    }
}
