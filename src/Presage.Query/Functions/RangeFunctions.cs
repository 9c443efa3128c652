using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>The functions over ranges by name.</summary>
static class RangeFunctions
{
    public static RangeFunction? Find(string name) => name switch
    {
        "rate" => new(RateKernels.Rate),
        "increase" => new(RateKernels.Increase),
        "delta" => new(RateKernels.Delta),
        "irate" => new(RateKernels.InstantRate),
        "idelta" => new(RateKernels.InstantDelta),
        "avg_over_time" => new(OverTimeKernels.Average),
        "sum_over_time" => new(OverTimeKernels.Sum),
        "min_over_time" => new(OverTimeKernels.Minimum),
        "max_over_time" => new(OverTimeKernels.Maximum),
        "count_over_time" => new(OverTimeKernels.Count),
        "first_over_time" => new(OverTimeKernels.First, KeepsName: true),
        "last_over_time" => new(OverTimeKernels.Last, KeepsName: true),
        "present_over_time" or "absent_over_time" => new(OverTimeKernels.Present),
        "stddev_over_time" => new(OverTimeKernels.Deviation),
        "stdvar_over_time" => new(OverTimeKernels.Variance),
        "mad_over_time" => new(OverTimeKernels.MedianDeviation),
        "quantile_over_time" => new(OverTimeKernels.Quantile),
        "changes" => new(OverTimeKernels.Changes),
        "resets" => new(OverTimeKernels.Resets),
        "ts_of_first_over_time" => new(OverTimeKernels.FirstTime),
        "ts_of_last_over_time" => new(OverTimeKernels.LastTime),
        "ts_of_min_over_time" => new(OverTimeKernels.MinimumTime),
        "ts_of_max_over_time" => new(OverTimeKernels.MaximumTime),
        "deriv" => new(TrendKernels.Derivative),
        "predict_linear" => new(TrendKernels.Predict),
        "double_exponential_smoothing" => new(TrendKernels.Smooth),
        _ => null,
    };
}
