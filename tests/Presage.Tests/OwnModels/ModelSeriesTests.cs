using CsCheck;
using Presage.Detection;
using Presage.Detection.OwnModels;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.OwnModels;

/// <summary>What becomes of a model's answers, with models written here instead of trained ones.</summary>
public sealed class ModelSeriesTests
{
    const long StepMs = 60_000;
    const int DaySteps = 1_440;

    [Theory]
    [InlineData(ModelOutput.Score, 1, 0)]
    [InlineData(ModelOutput.Score, 1e-9, 0)]
    [InlineData(ModelOutput.Score, 1e6, 0)]
    [InlineData(ModelOutput.Forecast, 1, 100)]
    [InlineData(ModelOutput.Reconstruction, 1, 0)]
    public void Normal_behaviour_is_called_odd_about_as_seldom_as_promised(ModelOutput output, double unit, double bias)
    {
        int odd = 0,
            judged = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new SeededGenerator((uint)seed + 1);
            var watched = new Watched(output);
            for (int step = 0; step < 15 * DaySteps; step++)
            {
                double value = 10 + random.Normal();
                double answer =
                    output == ModelOutput.Score ? unit * random.Normal() : 10 + bias + (0.3 * random.Normal());
                var reading = watched.See(value, answer);
                odd += reading.Change == AnomalyChange.Opened ? 1 : 0;
                judged += double.IsNaN(reading.Probability) ? 0 : 1;
            }
        }

        // Once in 116 days of each series: 1.6 in the 180 days of all.
        Assert.InRange(odd, 0, 6);
        Assert.InRange(judged, 12 * 14 * DaySteps, 12 * 15 * DaySteps);
    }

    [Fact]
    public void Heavy_tails_are_believed()
    {
        int odd = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new SeededGenerator((uint)seed + 1);
            var watched = new Watched(ModelOutput.Score);
            for (int step = 0; step < 15 * DaySteps; step++)
            {
                double uniform = Math.Max(1e-12, random.Uniform());
                odd += watched.See(1, 0.1 / Math.Pow(uniform, 1 / 3.0)).Change == AnomalyChange.Opened ? 1 : 0;
            }
        }

        Assert.InRange(odd, 0, 8);
    }

    [Fact]
    public void Unit_and_offset_of_a_score_change_nothing()
    {
        var random = new SeededGenerator(5);
        var plain = new Watched(ModelOutput.Score);
        var other = new Watched(ModelOutput.Score);
        var turned = new Watched(ModelOutput.Score, OddEnd.Low);
        for (int step = 0; step < 3_000; step++)
        {
            float score = (float)random.Normal() + (step == 2_900 ? 40 : 0);
            var reading = plain.See(1, score);
            var same = other.See(1, (4_096f * score) + 1e5f);
            var low = turned.See(1, -score);
            Assert.Equal(reading.Change, same.Change);
            Assert.Equal(reading.Probability, low.Probability);
            if (!double.IsNaN(reading.Probability))
            {
                Assert.InRange(same.Probability / reading.Probability, 0.8, 1.25);
            }

            Assert.Equal(
                step == 2_900 ? AnomalyChange.Opened : AnomalyChange.None,
                step > 2_900 ? AnomalyChange.None : reading.Change
            );
        }
    }

    [Fact]
    public void A_jump_beside_a_forecast_is_an_anomaly_with_its_range_and_ends()
    {
        var random = new SeededGenerator(7);
        var watched = new Watched(ModelOutput.Forecast);
        for (int step = 0; step < 2 * DaySteps; step++)
        {
            Assert.Equal(AnomalyChange.None, watched.See(10 + random.Normal(), 10).Change);
        }

        var opened = watched.See(40, 10);
        Assert.Equal(AnomalyChange.Opened, opened.Change);
        Assert.InRange(opened.Lower, 6, 8.5);
        Assert.InRange(opened.Upper, 11.5, 14);
        Assert.True(opened.Score > 0.99999);
        for (int step = 0; step < 4; step++)
        {
            Assert.Equal(AnomalyChange.None, watched.See(10, 10).Change);
        }

        Assert.Equal(AnomalyChange.Closed, watched.See(10, 10).Change);
        Assert.Equal(40, watched.Judged.Anomaly.PeakValue);
    }

    [Fact]
    public void What_stays_becomes_usual_and_what_comes_back_is_told_twice()
    {
        var random = new SeededGenerator(9);
        var watched = new Watched(ModelOutput.Forecast);
        var told = new List<int>();
        for (int step = 0; step < 12 * DaySteps; step++)
        {
            bool isJob = step > 2 * DaySteps && step % DaySteps is >= 100 and < 110;
            var reading = watched.See(10 + random.Normal() + (isJob ? 60 : 0), 10);
            if (reading.Change == AnomalyChange.Opened)
            {
                told.Add(step / DaySteps);
            }
        }

        Assert.Equal([2, 3], told);
        var shifted = new Watched(ModelOutput.Forecast);
        told.Clear();
        for (int step = 0; step < 4 * DaySteps; step++)
        {
            if (shifted.See(10 + random.Normal() + (step > 2 * DaySteps ? 60 : 0), 10).Change == AnomalyChange.Opened)
            {
                told.Add(step / DaySteps);
            }
        }

        Assert.Equal([2], told);
        Assert.False(shifted.Judged.IsOdd);
    }

    [Fact]
    public void Any_values_and_answers_give_finite_probabilities_or_none()
    {
        double[] edges =
        [
            0,
            -0.0,
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
            1e308,
            -1e308,
            5e-324,
            3.4e38,
            1,
        ];
        var gen = Gen.Select(
            Gen.Enum<ModelOutput>(),
            Gen.Enum<ModelScaling>(),
            Gen.Enum<MissingValues>(),
            Gen.Frequency((5, Gen.Double[-10, 10]), (1, Gen.Int[0, edges.Length - 1].Select(i => edges[i]))).Array[
                300,
                600
            ],
            Gen.Frequency((5, Gen.Double[-10, 10]), (1, Gen.Int[0, edges.Length - 1].Select(i => edges[i]))).Array[
                50,
                60
            ]
        );
        gen.Sample(
            (output, scaling, missing, values, answers) =>
            {
                var watched = new Watched(output, OddEnd.High, scaling, missing);
                for (int i = 0; i < values.Length; i++)
                {
                    var reading = watched.See(values[i], answers[i % answers.Length]);
                    Assert.True(double.IsNaN(reading.Probability) || reading.Probability is >= 0 and <= 1);
                    Assert.False(double.IsInfinity(reading.Raw));
                }
            },
            iter: 200
        );
    }

    [Fact]
    public void Missing_values_are_filled_up_to_a_quarter_of_a_window_and_their_own_step_is_not_judged()
    {
        float[] row = new float[8];
        var series = new ModelSeries(GoldenModel.Contract(ModelOutput.Score));
        double[] values = [double.NaN, 2, 3, double.NaN, 5, 6, 7];
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Null(series.Offer(i, values[i], row));
        }

        Assert.NotNull(series.Offer(7, 8, row));
        Assert.Equal([2, 2, 3, 3, 5, 6, 7, 8], row);
        Assert.Null(series.Offer(8, double.NaN, row));
        Assert.NotNull(series.Offer(9, 10, row));
        Assert.Equal([3, 3, 5, 6, 7, 8, 8, 10], row);
        Assert.Null(series.Offer(10, double.PositiveInfinity, row));
    }

    [Fact]
    public void A_window_is_scaled_by_its_own_mean_and_deviation_and_a_forecast_sees_what_was_before()
    {
        float[] row = new float[8];
        var contract = GoldenModel.Contract(ModelOutput.Forecast, ModelScaling.Window);
        var series = new ModelSeries(contract);
        for (int i = 0; i < 8; i++)
        {
            series.Offer(i, i % 2 == 0 ? 8 : 12, row);
        }

        var question = series.Offer(8, 1e6, row)!.Value;
        Assert.Equal([-1, 1, -1, 1, -1, 1, -1, 1], row);
        Assert.Equal(10, question.Offset);
        Assert.Equal(2, question.Factor);
        Assert.Equal(12, series.Judge(question, row, [1f]).Expected);
    }

    /// <summary>One series with answers given by the test.</summary>
    sealed class Watched(
        ModelOutput output,
        OddEnd odd = OddEnd.High,
        ModelScaling scaling = ModelScaling.None,
        MissingValues missing = MissingValues.Fill
    )
    {
        readonly float[] _row = new float[4];
        readonly float[] _answer = new float[output == ModelOutput.Reconstruction ? 4 : 1];
        long _atMs;

        public ModelSeries Judged { get; } =
            new(
                new ModelContract
                {
                    Name = "test",
                    Window = 4,
                    Step = TimeSpan.FromMilliseconds(StepMs),
                    Output = output,
                    Odd = odd,
                    Scaling = scaling,
                    Missing = missing,
                }
            );

        public ModelReading See(double value, double answer)
        {
            _atMs += StepMs;
            if (Judged.Offer(_atMs, value, _row) is not { } question)
            {
                return new ModelReading(value, double.NaN, 0, 0, 0, 0, 0, AnomalyChange.None);
            }

            Array.Fill(_answer, (float)answer);
            return Judged.Judge(question, _row, _answer);
        }
    }
}
