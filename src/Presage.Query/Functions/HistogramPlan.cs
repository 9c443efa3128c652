using System.Globalization;
using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>Computes one number from the buckets of a step and the arguments of that step.</summary>
delegate double BucketFunction(List<Bucket> buckets, ReadOnlySpan<double> arguments);

/// <summary>Functions over classic histograms: series that differ in <c>le</c> alone form one.</summary>
sealed class HistogramPlan(
    VectorPlan input,
    IReadOnlyList<HistogramPlan.Output> outputs,
    BucketFunction function,
    CallExpression call,
    TextSpan inputSpan)
    : VectorPlan
{
    const string BoundLabel = "le";

    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[][][] arguments = [.. outputs.Select(o => o.Arguments.Select(a => a.Evaluate(frame)).ToArray())];
        CheckQuantiles(frame.Run, arguments);
        var grouping = new Groups(frame.Run);
        List<Histogram> histograms = [];
        List<StepSeries> natives = [];
        foreach (var series in input.Evaluate(frame))
        {
            if (series.HasHistograms)
            {
                natives.Add(series);
            }

            if (series.Histograms is null || Point.AnyIn(series.Values))
            {
                Collect(frame.Run, grouping, histograms, series);
            }
        }

        foreach (var native in natives)
        {
            int group = grouping.Find(native);
            if (group >= 0)
            {
                DropConflicts(frame.Run, native, histograms[group]);
            }

            for (int o = 0; o < outputs.Count; o++)
            {
                double[] values = frame.Rent();
                Compute(frame.Run, native, arguments[o], values);
                if (Point.AnyIn(values))
                {
                    var labels = WithLabel(frame.Run, native.RawLabels, outputs[o], arguments[o][0][0]);
                    yield return new StepSeries(labels, values, nameDropped: true);
                }
            }
        }

        var remark = new MonotonicityRemark();
        for (int i = 0; i < histograms.Count; i++)
        {
            for (int o = 0; o < outputs.Count; o++)
            {
                double[] values = frame.Rent();
                Compute(frame, histograms[i], arguments[o], values, remark);
                if (!Point.AnyIn(values))
                {
                    continue;
                }

                var labels = WithLabel(frame.Run, grouping.LabelsOf(i), outputs[o], arguments[o][0][0]);
                yield return new StepSeries(labels, values, nameDropped: true);
            }
        }

        remark.Tell(frame.Run, inputSpan);
    }

    /// <summary>What remarks call the metric: its name is gone by then, unless names go at the end.</summary>
    static string NameOf(QueryRun run, string name) => run.DelaysNameRemoval ? name : "";

    void CheckQuantiles(QueryRun run, double[][][] arguments)
    {
        for (int i = 0; i < arguments.Length && call.Function.Name != "histogram_fraction"; i++)
        {
            int position = call.Function.Name == "histogram_quantile" ? 0 : i + 2;
            QuantileRemark.Check(run, arguments[i][0], call.Arguments[position].Span);
        }
    }

    static LabelSet WithLabel(QueryRun run, LabelSet labels, Output output, double quantile) =>
        output.Label is null ? labels
        : (run.DelaysNameRemoval ? labels : run.WithoutName(labels))
            .With(output.Label, Numbers.FormatOpenMetrics(quantile));

    /// <summary>Where a native and a classic histogram have the same labels at a step, neither is used.</summary>
    void DropConflicts(QueryRun run, in StepSeries native, Histogram classic)
    {
        for (int step = 0; step < native.Values.Length; step++)
        {
            int at = step;
            if (native.Histograms![step] is null || !classic.Buckets.Exists(b => !Point.IsAbsent(b.Values[at])))
            {
                continue;
            }

            HistogramRemarks.MixedWithClassic(run, native.RawLabels.MetricName, inputSpan);
            native.Histograms[step] = null;
            classic.Buckets.ForEach(bucket => bucket.Values[at] = Point.Absent);
        }
    }

    void Compute(QueryRun run, in StepSeries native, double[][] arguments, double[] result)
    {
        bool fraction = call.Function.Name == "histogram_fraction";
        for (int step = 0; step < result.Length; step++)
        {
            if (native.Histograms![step] is not { } histogram)
            {
                result[step] = Point.Absent;
                continue;
            }

            result[step] = fraction
                ? HistogramStatistics.Fraction(histogram, arguments[0][step], arguments[1][step])
                : HistogramStatistics.Quantile(histogram, arguments[0][step]);
            bool matters = fraction || arguments[0][step] is >= 0 and <= 1;
            if (matters && histogram.Count > 0 && HistogramStatistics.HasNaN(histogram))
            {
                string consequence = fraction ? "which are excluded from all fractions"
                    : double.IsNaN(result[step]) ? "result is NaN"
                    : "result is skewed higher";
                HistogramRemarks.NaNObserved(
                    run, fraction ? "histogram_fraction" : "histogram_quantile", consequence,
                    NameOf(run, native.RawLabels.MetricName), inputSpan);
            }
        }
    }

    void Collect(QueryRun run, Groups grouping, List<Histogram> histograms, in StepSeries series)
    {
        string bound = series.RawLabels[BoundLabel];
        if (!TryParseBound(bound, out double upper))
        {
            string name = series.RawLabels.MetricName;
            run.Warn($"bucket label \"le\" is missing or has a malformed value of {QuotedText.Quote(bound)}"
                + (name.Length > 0 ? $" for metric name {QuotedText.Quote(name)}" : ""), inputSpan);
            return;
        }

        int group = grouping.Add(series);
        if (group == histograms.Count)
        {
            histograms.Add(new Histogram(series.RawLabels.MetricName, []));
        }

        histograms[group].Buckets.Add((upper, series.Values));
    }

    void Compute(
        Frame frame, Histogram histogram, double[][] arguments, double[] result, MonotonicityRemark remark)
    {
        List<Bucket> buckets = new(histogram.Buckets.Count);
        double[] now = new double[arguments.Length];
        for (int step = 0; step < result.Length; step++)
        {
            buckets.Clear();
            foreach (var (upper, values) in histogram.Buckets)
            {
                if (!Point.IsAbsent(values[step]))
                {
                    buckets.Add(new Bucket(upper, values[step]));
                }
            }

            if (buckets.Count == 0)
            {
                result[step] = Point.Absent;
                continue;
            }

            for (int i = 0; i < now.Length; i++)
            {
                now[i] = arguments[i][step];
            }

            if (HistogramMath.Prepare(buckets) is { } raised && call.Function.Name != "histogram_fraction")
            {
                remark.Add(NameOf(frame.Run, histogram.Name), frame.TimeMs(step), raised);
            }

            result[step] = function(buckets, now);
        }
    }

    static bool TryParseBound(string text, out double bound)
    {
        string plain = text.TrimStart('+', '-').ToLowerInvariant();
        if (plain is "inf" or "infinity")
        {
            bound = text.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        const NumberStyles Style =
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out bound);
    }

    /// <summary>One result per histogram: its label (when there are several) and its arguments.</summary>
    public sealed record Output(string? Label, IReadOnlyList<ScalarPlan> Arguments);

    /// <summary>Groups by all labels but <c>le</c>; a name that is still there counts.</summary>
    sealed class Groups(QueryRun run)
    {
        readonly LabelGrouping _labels = new([BoundLabel], without: true, run);
        readonly Dictionary<(int Group, string Name), int> _named = [];
        readonly List<int> _groups = [];

        public int Add(in StepSeries series)
        {
            var key = (_labels.GroupOf(series), NameOf(series));
            if (!_named.TryGetValue(key, out int group))
            {
                group = _groups.Count;
                _named[key] = group;
                _groups.Add(key.Item1);
            }

            return group;
        }

        public int Find(in StepSeries series) =>
            _named.GetValueOrDefault((_labels.Find(series), NameOf(series)), -1);

        public LabelSet LabelsOf(int group) => _labels.LabelsOf(_groups[group]);

        string NameOf(in StepSeries series) =>
            series.NameDropped && !run.DelaysNameRemoval ? "" : series.RawLabels.MetricName;
    }

    sealed record Histogram(string Name, List<(double UpperBound, double[] Values)> Buckets);
}
