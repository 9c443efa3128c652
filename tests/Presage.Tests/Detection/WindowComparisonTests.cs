using Presage.Detection;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Detection;

/// <summary>What changed in a window, compared with the time before it.</summary>
public sealed class WindowComparisonTests
{
    const long StartMs = 1_767_600_000_000;
    const int CadenceSeconds = 15;
    const int Samples = 480;

    static readonly ComparedWindow Window =
        new(StartMs + 3_600_000, StartMs + 7_200_000, StartMs);

    [Theory]
    [InlineData("step", ChangeKind.Rose)]
    [InlineData("fall", ChangeKind.Fell)]
    [InlineData("late step", ChangeKind.Rose)]
    [InlineData("climb", ChangeKind.Climbs)]
    [InlineData("peak", ChangeKind.Peak)]
    [InlineData("rough", ChangeKind.Rougher)]
    [InlineData("calm", ChangeKind.Calmer)]
    [InlineData("appeared", ChangeKind.Appeared)]
    [InlineData("stopped", ChangeKind.Stopped)]
    public void Changes_are_named_whatever_the_scale(string fault, ChangeKind expected)
    {
        var comparison = new WindowComparison();
        foreach (double scale in (double[])[1e-9, 1, 1e12])
        {
            for (ulong seed = 1; seed <= 5; seed++)
            {
                var (times, values) = Faulty(fault, scale, seed);

                var change = comparison.Compare(Window, times, values, isCounter: false);

                Assert.Equal((fault, expected), (fault, change.Kind));
                Assert.InRange(change.Probability, 0, 0.002);
                Assert.InRange(change.FirstSpan, fault is "late step" or "peak" or "stopped" ? 14 : 0, 23);
            }
        }
    }

    [Fact]
    public void A_step_tells_before_after_and_when()
    {
        var (times, values) = Faulty("step", 1, 3);

        var change = new WindowComparison().Compare(Window, times, values, isCounter: false);

        Assert.InRange(change.Before, 9.5, 10.5);
        Assert.InRange(change.After, 19.5, 20.5);
        Assert.InRange(change.FirstSpan, 0, 1);
        Assert.InRange(change.Strength, 9, 20);
    }

    [Theory]
    [InlineData(NormalKind.IdleCpu)]
    [InlineData(NormalKind.BusyCpu)]
    [InlineData(NormalKind.Memory)]
    [InlineData(NormalKind.Latency)]
    [InlineData(NormalKind.Network)]
    [InlineData(NormalKind.Counter)]
    public void Normal_behaviour_is_seldom_told_as_change(NormalKind kind)
    {
        var comparison = new WindowComparison();
        int sure = 0, likely = 0, windows = 0;
        for (ulong seed = 1; seed <= 30; seed++)
        {
            var signal = new NormalSignal(kind, seed, CadenceSeconds);
            for (int hour = 10; hour < 22; hour += 2)
            {
                var (times, values) = Series(i => signal.At((hour * 3_600) + (i * CadenceSeconds)));
                double probability = comparison.Compare(Window, times, values, isCounter: false).Probability;
                windows++;
                likely += probability < 0.05 ? 1 : 0;
                sure += probability < 0.001 ? 1 : 0;
            }
        }

        // The rhythm of the day is change, too: memory and a busy CPU do move from hour to hour.
        // Bursts that the hour before did not have are told, too: the network's come once an hour.
        bool isBursty = kind == NormalKind.Network;
        Assert.InRange(likely / (double)windows, 0, isBursty ? 0.35 : 0.16);
        Assert.InRange(sure / (double)windows, 0, isBursty ? 0.1 : 0.04);
    }

    [Fact]
    public void A_counter_is_compared_by_its_rate()
    {
        var comparison = new WindowComparison();
        var random = new SeededGenerator(5);
        double count = 1e9;
        var (times, steady) = Series(i => count = i == 300 ? 7 : count + (100 * (1 + (0.1 * random.Normal()))));
        double faster = 0;
        var (_, busier) = Series(i => faster += (i < 240 ? 100 : 700) * (1 + (0.1 * random.Normal())));

        Assert.InRange(comparison.Compare(Window, times, steady, isCounter: true).Probability, 0.005, 1);
        var change = comparison.Compare(Window, times, busier, isCounter: true);
        Assert.Equal(ChangeKind.Rose, change.Kind);
        Assert.InRange(change.After / change.Before, 6.5, 7.5);
    }

    [Fact]
    public void What_only_goes_on_is_no_change()
    {
        var comparison = new WindowComparison();
        var random = new SeededGenerator(6);
        var (times, filling) = Series(i => 1e9 + (i * 1e6) + (2e6 * random.Normal()));
        var (_, constant) = Series(static _ => 42);
        var (_, trifle) = Series(i => 1000 + random.Normal() * 0.01 + (i < 240 ? 0 : 1));

        Assert.InRange(comparison.Compare(Window, times, filling, isCounter: false).Probability, 0.005, 1);
        Assert.Equal(ChangeKind.None, comparison.Compare(Window, times, constant, isCounter: false).Kind);
        Assert.InRange(comparison.Compare(Window, times, trifle, isCounter: false).Probability, 0.005, 1);
    }

    [Fact]
    public void Any_input_gives_finite_figures()
    {
        var comparison = new WindowComparison();
        double[] strange =
            [0, -0.0, 1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e308, -1e308, 5e-324, 1e-300];
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SeededGenerator(seed);
            int count = (int)(random.Uniform() * 600);
            long[] times = new long[count];
            double[] values = new double[count];
            for (int i = 0; i < count; i++)
            {
                times[i] = random.Uniform() < 0.1
                    ? StartMs + (long)(random.Uniform() * 9_000_000) - 900_000
                    : StartMs + (i * 15_000L);
                values[i] = random.Uniform() < 0.5
                    ? strange[(int)(random.Uniform() * strange.Length)]
                    : random.Normal();
            }

            foreach (bool isCounter in (bool[])[false, true])
            {
                var change = comparison.Compare(Window, times, values, isCounter);
                Assert.InRange(change.Probability, 0, 1);
                Assert.InRange(change.Strength, 0, 30);
                Assert.InRange(change.FirstSpan, 0, ComparedWindow.Spans - 1);
            }
        }
    }

    [Fact]
    public void Comparing_allocates_nothing()
    {
        var comparison = new WindowComparison();
        var (times, values) = Faulty("rough", 1, 1);
        comparison.Compare(Window, times, values, isCounter: false);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 20; i++)
        {
            comparison.Compare(Window, times, values, isCounter: false);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static (long[] Times, double[] Values) Faulty(string fault, double scale, ulong seed)
    {
        var random = new SeededGenerator(seed);
        var (times, values) = Series(i => scale * (10 + random.Normal() + fault switch
        {
            "step" => i >= 240 ? 10 : 0,
            "fall" => i >= 240 ? -8 : 0,
            "late step" => i >= 455 ? 30 : 0,
            "climb" => i >= 240 ? (i - 240) / 10.0 : 0,
            "peak" => i == 400 ? 90 : 0,
            "rough" => i >= 240 ? 4 * random.Normal() : 0,
            "calm" => i < 240 ? 4 * random.Normal() : 0,
            _ => 0,
        }));
        return fault switch
        {
            "appeared" => (times[300..], values[300..]),
            "stopped" => (times[..400], values[..400]),
            _ => (times, values),
        };
    }

    static (long[] Times, double[] Values) Series(Func<int, double> value)
    {
        long[] times = new long[Samples];
        double[] values = new double[Samples];
        for (int i = 0; i < Samples; i++)
        {
            times[i] = StartMs + (i * CadenceSeconds * 1_000L);
            values[i] = value(i);
        }

        return (times, values);
    }
}
