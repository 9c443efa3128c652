using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>What the probabilities of comparisons are worth on series that follow themselves.</summary>
public sealed class ChanceScaleTests(ITestOutputHelper output)
{
    const int Series = 250, EarlierEach = 5;

    /// <summary>
    /// Series of five kinds in which nothing happens: on some what the formula says is below 0.05 twice as
    /// often as it should be, on others hardly ever; the share of earlier windows is what it says.
    /// </summary>
    [Fact]
    public void The_share_of_earlier_windows_is_what_chance_does_on_normal_series()
    {
        var comparison = new WindowComparison();
        var earlier = new List<double>();
        var fresh = new List<double>();
        int[] below = new int[5], windows = new int[5];
        for (int series = 0; series < Series; series++)
        {
            var (times, values) = NormalSeries((ulong)series + 1);
            for (int window = 0; window < EarlierEach + 3; window++)
            {
                var looked = ComparedWindow.Of((2 + window) * 3_600_000L, (3 + window) * 3_600_000L);
                int from = (int)(looked.BaselineFromMs / 15_000), to = (int)(looked.ToMs / 15_000);
                var change = comparison.Compare(looked, times.AsSpan(from..to), values.AsSpan(from..to), false);
                (window < EarlierEach ? earlier : fresh).Add(change.Probability);
                below[series % 5] += change.Probability <= 0.05 ? 1 : 0;
                windows[series % 5]++;
            }
        }

        var scale = new ChanceScale(earlier);
        double[] raw = [.. below.Zip(windows, static (odd, all) => odd / (double)all)];
        output.WriteLine($"below 0.05 by formula: {string.Join(' ', raw.Select(static one => $"{one:0.000}"))}");
        Assert.True(raw.Max() > 0.08, "the formula is good enough by itself");
        foreach (double share in new[] { 0.05, 0.01, 0.003 })
        {
            double seen = fresh.Count(one => scale.Of(one) <= share) / (double)fresh.Count;
            output.WriteLine($"below {share}: {seen:0.0000}");
            Assert.InRange(seen, share / 3, (share * 1.5) + 0.003);
        }
    }

    [Fact]
    public void Too_few_windows_tell_nothing_and_beyond_all_of_them_it_gets_rarer()
    {
        Assert.Null(new ChanceScale([0.1, 0.2]).Of(0.001));
        Assert.False(new ChanceScale([]).IsKnown);
        var scale = new ChanceScale(Enumerable.Range(1, 999).Select(static i => i / 1_000.0));
        Assert.Equal(0.101, scale.Of(0.1)!.Value, 9);
        Assert.Equal(0.0001, scale.Of(1e-5)!.Value, 9);
        Assert.InRange(scale.Of(0)!.Value, 0, 1e-100);
        Assert.Equal(1e-3, new ChanceScale(Enumerable.Repeat(1.0, 999)).Of(1 - 1e-9)!.Value, 6);
    }

    /// <summary>Noise, what follows itself for minutes, bursts, a walk that comes back, a slow wave.</summary>
    static (long[] Times, double[] Values) NormalSeries(ulong seed)
    {
        const int Count = 11 * 240;
        var random = new SeededGenerator(seed);
        long[] times = new long[Count];
        double[] values = new double[Count];
        double state = 0, burst = 0, phase = random.Uniform() * 6;
        for (int i = 0; i < Count; i++)
        {
            double kept = (seed % 5) switch { 1 => 0.98, 3 => 0.9995, _ => 0 };
            state = (kept * state) + (Math.Sqrt(1 - (kept * kept)) * random.Normal());
            burst = random.Uniform() < 0.004 ? random.Exponential() * 20 : burst * 0.8;
            values[i] = 50 + (seed % 5) switch
            {
                2 => burst + (0.1 * state),
                4 => (3 * Math.Sin(phase + (i / 60.0))) + (0.5 * state),
                _ => state,
            };
            times[i] = i * 15_000L;
        }

        return (times, values);
    }
}
