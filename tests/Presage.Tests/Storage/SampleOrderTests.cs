using CsCheck;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class SampleOrderTests
{
    static readonly double[] Special =
    [
        0.0, -0.0, double.NaN, SampleValue.StaleMarker, double.PositiveInfinity, double.NegativeInfinity,
        BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_1234), BitConverter.Int64BitsToDouble(-1),
    ];

    static readonly Gen<double> Values = Gen.OneOf(
        Gen.Double[-3, 3].Select(Math.Round),
        Gen.Int[0, Special.Length - 1].Select(i => Special[i]));

    [Fact]
    public void One_of_two_different_values_always_beats_the_other() =>
        Gen.Select(Values, Values, Values).Sample((a, b, c) =>
        {
            bool same = Bits(a) == Bits(b);
            Assert.Equal(!same, SampleValue.Beats(a, b) || SampleValue.Beats(b, a));
            Assert.False(SampleValue.Beats(a, b) && SampleValue.Beats(b, a));
            Assert.Equal(Bits(Winner(Winner(a, b), c)), Bits(Winner(a, Winner(b, c))));
        });

    [Fact]
    public void Numbers_beat_markers_and_the_greater_number_stays()
    {
        Assert.True(SampleValue.Beats(-5, SampleValue.StaleMarker));
        Assert.True(SampleValue.Beats(-5, double.NaN));
        Assert.True(SampleValue.Beats(double.NaN, SampleValue.StaleMarker));
        Assert.True(SampleValue.Beats(2, 1));
        Assert.True(SampleValue.Beats(0.0, -0.0));
        Assert.False(SampleValue.Beats(1, 1));
    }

    [Fact]
    public void Samples_of_overlapping_runs_come_in_order_once_each() =>
        Gen.Select(Gen.Long[0, 40], Values).Array[0, 200].Sample(samples =>
        {
            var columns = new SampleColumns();
            columns.Add(1000, 7);
            var model = new SortedDictionary<long, double>();
            foreach (var (time, value) in samples)
            {
                columns.Add(time, value);
                model[time] = model.TryGetValue(time, out double stored) ? Winner(stored, value) : value;
            }

            SampleOrder.Restore(columns, 1);

            Assert.Equal(1000, columns.TimestampsMs[0]);
            Assert.Equal(model.Keys, columns.TimestampsMs[1..].ToArray());
            Assert.Equal(model.Values.Select(Bits), columns.Values[1..].ToArray().Select(Bits));
        });

    static double Winner(double a, double b) => SampleValue.Beats(b, a) ? b : a;

    static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
