using System.Globalization;
using Presage.Metrics;
using Presage.Query.Evaluation;
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
        var grouping = new LabelGrouping([BoundLabel], without: true, frame.Run);
        List<Histogram> histograms = [];
        foreach (var series in input.Evaluate(frame))
        {
            Collect(frame.Run, grouping, histograms, series);
        }

        for (int i = 0; i < histograms.Count; i++)
        {
            for (int o = 0; o < outputs.Count; o++)
            {
                double[] values = frame.Rent();
                Compute(frame.Run, histograms[i], arguments[o], values);
                if (!Point.AnyIn(values))
                {
                    continue;
                }

                var labels = grouping.LabelsOf(i);
                string? label = outputs[o].Label;
                labels = label is null ? labels : labels.With(label, Numbers.Format(arguments[o][0][0]));
                yield return new StepSeries(labels, values, nameDropped: true);
            }
        }
    }

    void CheckQuantiles(QueryRun run, double[][][] arguments)
    {
        for (int i = 0; i < arguments.Length && call.Function.Name != "histogram_fraction"; i++)
        {
            int position = call.Function.Name == "histogram_quantile" ? 0 : i + 2;
            QuantileRemark.Check(run, arguments[i][0], call.Arguments[position].Span);
        }
    }

    void Collect(QueryRun run, LabelGrouping grouping, List<Histogram> histograms, in StepSeries series)
    {
        string bound = series.RawLabels[BoundLabel];
        if (!TryParseBound(bound, out double upper))
        {
            string name = series.RawLabels.MetricName;
            run.Warn($"bucket label \"le\" is missing or has a malformed value of {QuotedText.Quote(bound)}"
                + (name.Length > 0 ? $" for metric name {QuotedText.Quote(name)}" : ""), inputSpan);
            return;
        }

        int group = grouping.GroupOf(series);
        if (group == histograms.Count)
        {
            histograms.Add(new Histogram(series.RawLabels.MetricName, []));
        }

        histograms[group].Buckets.Add((upper, series.Values));
    }

    void Compute(QueryRun run, Histogram histogram, double[][] arguments, double[] result)
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

            if (HistogramMath.Prepare(buckets) && call.Function.Name != "histogram_fraction")
            {
                run.Inform("input to histogram_quantile needed to be fixed for monotonicity (see "
                    + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
                    + (histogram.Name.Length > 0 ? $" for metric name {QuotedText.Quote(histogram.Name)}" : ""),
                        inputSpan);
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

    sealed record Histogram(string Name, List<(double UpperBound, double[] Values)> Buckets);
}
