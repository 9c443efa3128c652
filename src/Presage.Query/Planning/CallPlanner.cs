using System.Diagnostics;
using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Functions;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Planning;

/// <summary>Plans function calls.</summary>
static class CallPlanner
{
    public static ScalarPlan Scalar(CallExpression call, Planner planner) => call.Function.Name switch
    {
        "pi" => new ConstantPlan(Math.PI),
        "time" => new TimePlan(),
        "scalar" => new OnlyValuePlan(planner.Ordered(SeriesOrder.Any, call.Arguments[0])),
        "start" => new RunScalarPlan(static run => run.StartMs / 1000.0),
        "end" => new RunScalarPlan(static run => run.EndMs / 1000.0),
        "step" => new RunScalarPlan(static run => run.StepMs / 1000.0),
        "range" => new RunScalarPlan(static run => (run.EndMs - run.StartMs) / 1000.0),
        "min_of" => Extreme(MathFunctions.Least, call, planner),
        "max_of" => Extreme(MathFunctions.Greatest, call, planner),
        _ => throw new UnreachableException(),
    };

    static ScalarMapPlan Extreme(Func<double, double, double> choose, CallExpression call, Planner planner) =>
        new(choose, planner.Scalar(call.Arguments[0]), planner.Scalar(call.Arguments[1]));

    public static VectorPlan Vector(CallExpression call, Planner planner)
    {
        string name = call.Function.Name;
        var arguments = call.Arguments;
        switch (name)
        {
            case "vector":
                return new ScalarVectorPlan(planner.Scalar(arguments[0]));
            case "absent":
                return new AbsentPlan(planner.Ordered(SeriesOrder.Any, arguments[0]),
                    AbsentPlan.LabelsOf(TextArgument.Unwrap(arguments[0])));
            case "absent_over_time":
                return new AbsentPlan(OverRange(call, planner), AbsentPlan.LabelsOf(TextArgument.Unwrap(arguments[0])));
            case "timestamp":
                return Timestamp(arguments[0], planner);
            case "start_timestamp":
                return Starts(arguments[0], planner);
            case "sort" or "sort_desc" or "sort_by_label" or "sort_by_label_desc":
                return new SortPlan(planner.Ordered(SeriesOrder.ByLabels, arguments[0]), call);
            case "label_replace" or "label_join":
                var relabelled = LabelPlan.Of(call, planner.Vector(arguments[0]));
                return planner.Distinct(relabelled, mayCollide: true, evenWithNames: true);
            case "histogram_quantile" or "histogram_fraction" or "histogram_quantiles":
                return planner.Within(forStatistics: false, () => Histogram(call, planner));
            case "histogram_avg" or "histogram_count" or "histogram_sum" or "histogram_stddev" or "histogram_stdvar":
                return HistogramScalar(call, planner);
            case "info":
                var selector = arguments.Count > 1 ? (VectorSelector)arguments[1] : null;
                var enriched = planner.Ordered(SeriesOrder.ByLabels, arguments[0]);
                return new InfoPlan(enriched, selector, InfoPlan.ShiftOf(arguments[0]));
            default:
                return call.Function.Parameters.Contains(ValueKind.RangeVector) ? OverRange(call, planner)
                    : Map(call, planner);
        }
    }

    static VectorPlan HistogramScalar(CallExpression call, Planner planner)
    {
        Func<NativeHistogram, double> map = call.Function.Name switch
        {
            "histogram_count" => static h => h.Count,
            "histogram_sum" => static h => h.Sum,
            "histogram_avg" => static h => h.Sum / h.Count,
            "histogram_stddev" => static h => Math.Sqrt(HistogramStatistics.Variance(h)),
            _ => static h => HistogramStatistics.Variance(h),
        };
        bool ofStatistics = call.Function.Name is "histogram_count" or "histogram_sum" or "histogram_avg";
        var input = planner.Within(ofStatistics, () => planner.Vector(call.Arguments[0]));
        return planner.Distinct(new HistogramScalarPlan(input, map), !input.SharesName);
    }

    static VectorPlan Map(CallExpression call, Planner planner)
    {
        var map = MathFunctions.Find(call.Function.Name) ?? throw new UnreachableException(call.Function.Name);
        var input = call.Arguments.Count > 0 ? planner.Vector(call.Arguments[0]) : new ScalarVectorPlan(new TimePlan());
        List<ScalarPlan> scalars = [.. call.Arguments.Skip(1).Select(planner.Scalar)];
        if (call.Function.Name == "round" && scalars.Count == 0)
        {
            scalars.Add(new ConstantPlan(1));
        }

        return planner.Distinct(new MapPlan(input, map, scalars), !input.SharesName);
    }

    static VectorPlan Timestamp(Expression argument, Planner planner)
    {
        if (TextArgument.Unwrap(argument) is VectorSelector { Border: RangeBorder.Plain } selector)
        {
            var times = planner.Selector(selector, ofTimestamps: true);
            return planner.Distinct(new MapPlan(times, static (v, _, _) => v, []), !times.SharesName);
        }

        var input = planner.Vector(argument);
        return planner.Distinct(new StepTimePlan(input), !input.SharesName);
    }

    /// <summary>Only stored series know since when they count; behind any operation nobody does.</summary>
    static VectorPlan Starts(Expression argument, Planner planner)
    {
        if (TextArgument.Unwrap(argument) is not VectorSelector { Border: RangeBorder.Plain } selector)
        {
            return new MapPlan(planner.Vector(argument), static (_, _, _) => Point.Absent, []);
        }

        var starts = planner.StartsOf(selector);
        return planner.Distinct(new MapPlan(starts, static (v, _, _) => v, []), !starts.SharesName);
    }

    static VectorPlan OverRange(CallExpression call, Planner planner)
    {
        string name = call.Function.Name;
        var function = RangeFunctions.Find(name) ?? throw new UnreachableException(name);
        if (name == "rate" && planner.TakesRatesBetweenSamples)
        {
            function = function with { Kernel = RateKernels.RateBetweenSamples, IgnoresStarts = true };
        }

        var ranged = call.Arguments.First(a => a.Kind == ValueKind.RangeVector);
        var input = planner.Range(ranged);
        var border = (input as RangeSelectorPlan)?.Border ?? RangeBorder.Plain;
        if (input is RangeSelectorPlan { Border: not RangeBorder.Plain } selector)
        {
            function = function with { Kernel = BorderedKernels.Find(name, selector.Border) };
        }

        List<ScalarPlan> scalars =
            [.. call.Arguments.Where(a => a.Kind == ValueKind.Scalar).Select(planner.Scalar)];
        var plan = new RangeCallPlan(
            name,
            function,
            input,
            scalars,
            RangeRemarks.For(call, ranged),
            new HistogramRange(call, border, ranged.Span),
            ranged.Span);

        // absent_over_time asks only whether there are points, of whatever name.
        return planner.Distinct(plan, !function.KeepsName && !input.SharesName && name != "absent_over_time");
    }

    static VectorPlan Histogram(CallExpression call, Planner planner) =>
        planner.Distinct(HistogramOf(call, planner), mayCollide: true);

    static HistogramPlan HistogramOf(CallExpression call, Planner planner)
    {
        var arguments = call.Arguments;
        switch (call.Function.Name)
        {
            case "histogram_quantile":
                var quantile = new HistogramPlan.Output(null, [planner.Scalar(arguments[0])]);
                return new HistogramPlan(
                    planner.Vector(arguments[1]), [quantile], HistogramMath.Quantile, call, arguments[1].Span);
            case "histogram_fraction":
                var bounds = new HistogramPlan.Output(null, [planner.Scalar(arguments[0]),
                    planner.Scalar(arguments[1])]);
                return new HistogramPlan(
                    planner.Vector(arguments[2]), [bounds], HistogramMath.Fraction, call, arguments[2].Span);
            default:
                string label = TextArgument.Of(arguments[1]);
                List<HistogramPlan.Output> outputs =
                    [.. arguments.Skip(2).Select(a => new HistogramPlan.Output(label, [planner.Scalar(a)]))];
                return new HistogramPlan(
                    planner.Vector(arguments[0]), outputs, HistogramMath.Quantile, call, arguments[0].Span);
        }
    }
}
