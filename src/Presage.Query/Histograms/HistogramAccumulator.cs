using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>Sum or mean of the native histograms of one group, step by step.</summary>
sealed class HistogramAccumulator(Frame frame, bool mean, TextSpan at)
{
    readonly HistogramMean?[] _steps = new HistogramMean?[frame.Steps];
    string _metric = "";

    public void Add(in StepSeries series)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            if (series.Histograms![i] is not { } histogram)
            {
                continue;
            }

            _metric = series.RawLabels.MetricName;
            (_steps[i] ??= new HistogramMean(mean)).Add(histogram);
        }
    }

    /// <summary>
    /// The histograms of the group, null when there are none. Takes the values away where numbers and histograms
    /// meet.
    /// </summary>
    public NativeHistogram?[]? Finish(double[] values)
    {
        var result = new NativeHistogram?[_steps.Length];
        bool any = false;
        for (int i = 0; i < _steps.Length; i++)
        {
            if (_steps[i] is not { } step)
            {
                continue;
            }

            if (!Point.IsAbsent(values[i]))
            {
                HistogramRemarks.MixedWithFloats(frame.Run, at);
                values[i] = Point.Absent;
                continue;
            }

            result[i] = step.Finish(frame.Run, _metric, at);
            any |= result[i] is not null;
        }

        return any || Point.AnyIn(values) ? result : null;
    }
}
