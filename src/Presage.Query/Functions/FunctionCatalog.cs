using System.Collections.Frozen;
using Presage.Query.Parsing;
using static Presage.Query.Parsing.ValueKind;

namespace Presage.Query.Functions;

/// <summary>Every function of PromQL with its signature.</summary>
static class FunctionCatalog
{
    static readonly FrozenDictionary<string, FunctionSignature> Functions =
        All().ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Names => Functions.Keys;

    public static FunctionSignature? Find(string name) => Functions.GetValueOrDefault(name);

    static IEnumerable<FunctionSignature> All()
    {
        const string Elementwise = "abs acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 " +
            "log2 rad sgn " +
            "sin sinh sqrt tan tanh absent sort sort_desc timestamp histogram_avg histogram_count histogram_stddev " +
            "histogram_stdvar histogram_sum";
        const string OverTime = "absent_over_time avg_over_time changes count_over_time delta deriv " +
            "first_over_time idelta " +
            "increase irate last_over_time max_over_time min_over_time present_over_time rate resets " +
            "stddev_over_time " +
            "stdvar_over_time sum_over_time";
        const string OverTimeTrial = "mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time " +
            "ts_of_min_over_time";
        const string OfTime = "day_of_month day_of_week day_of_year days_in_month hour minute month year";
        return
        [
            .. Of(Elementwise, InstantVector, [InstantVector]),
            .. Of(OverTime, InstantVector, [RangeVector]),
            .. Of(OverTimeTrial, InstantVector, [RangeVector], trial: true),
            .. Of(OfTime, InstantVector, [InstantVector], optional: 1),
            .. Of("pi time", Scalar, []),
            .. Of("start end step range", Scalar, [], trial: true),
            .. Of("min_of max_of", Scalar, [Scalar, Scalar], trial: true),
            .. Of("clamp", InstantVector, [InstantVector, Scalar, Scalar]),
            .. Of("clamp_max clamp_min", InstantVector, [InstantVector, Scalar]),
            .. Of("double_exponential_smoothing", InstantVector, [RangeVector, Scalar, Scalar], trial: true),
            .. Of("histogram_fraction", InstantVector, [Scalar, Scalar, InstantVector]),
            .. Of("histogram_quantile", InstantVector, [Scalar, InstantVector]),
            .. Of("histogram_quantiles", InstantVector, [InstantVector, Text, Scalar, Scalar], -1, trial: true),
            .. Of("info", InstantVector, [InstantVector, InstantVector], optional: 1, trial: true),
            .. Of("label_join", InstantVector, [InstantVector, Text, Text, Text], optional: -1),
            .. Of("label_replace", InstantVector, [InstantVector, Text, Text, Text, Text]),
            .. Of("predict_linear", InstantVector, [RangeVector, Scalar]),
            .. Of("quantile_over_time", InstantVector, [Scalar, RangeVector]),
            .. Of("round", InstantVector, [InstantVector, Scalar], optional: 1),
            .. Of("scalar", Scalar, [InstantVector]),
            .. Of("sort_by_label sort_by_label_desc", InstantVector, [InstantVector, Text], -1, trial: true),
            .. Of("start_timestamp", InstantVector, [InstantVector], trial: true),
            .. Of("vector", InstantVector, [Scalar]),
        ];
    }

    static IEnumerable<FunctionSignature> Of(
        string names, ValueKind returns, IReadOnlyList<ValueKind> parameters, int optional = 0, bool trial = false) =>
        names.Split(' ').Select(n => new FunctionSignature(n, returns, parameters, optional, trial));
}
