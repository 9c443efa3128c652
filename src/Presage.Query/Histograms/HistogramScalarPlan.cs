using Presage.Metrics;
using Presage.Query.Evaluation;

namespace Presage.Query.Histograms;

/// <summary>One number of each native histogram: <c>histogram_count</c> and its like; numbers are left out.</summary>
sealed class HistogramScalarPlan(VectorPlan input, Func<NativeHistogram, double> map) : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        foreach (var series in input.Evaluate(frame))
        {
            if (!series.HasHistograms)
            {
                frame.Return(series.Values);
                continue;
            }

            for (int i = 0; i < series.Values.Length; i++)
            {
                series.Values[i] = series.Histograms![i] is { } histogram ? map(histogram) : Point.Absent;
            }

            yield return series.NumbersOnly().DropName();
        }
    }
}
