using Presage.Metrics;
using Presage.Query.Functions;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary><c>quantile(q, v)</c>: needs all values of a group at a step together.</summary>
sealed class QuantilePlan(
    AggregateExpression expression, VectorPlan input, ScalarPlan quantile, SeriesOrder order) : VectorPlan
{
    public override bool SharesName => expression.Without || !expression.Grouping.Contains(LabelNames.MetricName);

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[] quantiles = quantile.Evaluate(frame);
        QuantileRemark.Check(frame.Run, quantiles, expression.Parameter!.Span);
        var grouping = new LabelGrouping(expression.Grouping, expression.Without, frame.Run);
        List<List<double[]>> groups = [];
        foreach (var series in input.Evaluate(frame))
        {
            int group = grouping.GroupOf(series);
            if (group == groups.Count)
            {
                groups.Add([]);
            }

            groups[group].Add(series.Values);
            if (series.HasHistograms)
            {
                HistogramRemarks.IgnoredIn(frame.Run, "quantile", expression.Operand.Span);
            }
        }

        foreach (int i in grouping.InOrder(order))
        {
            double[] result = frame.Rent();
            Compute(groups[i], quantiles, result);
            groups[i].ForEach(frame.Return);
            if (Point.AnyIn(result))
            {
                yield return new StepSeries(grouping.LabelsOf(i), result);
            }
        }
    }

    static void Compute(List<double[]> members, double[] quantiles, double[] result)
    {
        double[] scratch = new double[members.Count];
        for (int step = 0; step < result.Length; step++)
        {
            int count = 0;
            foreach (double[] values in members)
            {
                scratch[count] = values[step];
                count += Point.IsAbsent(values[step]) ? 0 : 1;
            }

            result[step] = count == 0 ? Point.Absent : Quantiles.Of(quantiles[step], scratch.AsSpan(0, count));
        }
    }
}

/// <summary>Remarks on quantiles outside 0 to 1.</summary>
static class QuantileRemark
{
    public static void Check(QueryRun run, ReadOnlySpan<double> quantiles, TextSpan at)
    {
        // A quantile that changes over time is remarked on by its extremes, not at each step.
        double least = 0, most = 1;
        bool isNaN = false;
        foreach (double quantile in quantiles)
        {
            isNaN |= double.IsNaN(quantile);
            least = quantile < least ? quantile : least;
            most = quantile > most ? quantile : most;
        }

        foreach (double bad in (ReadOnlySpan<double>)[isNaN ? double.NaN : 0, least, most])
        {
            if (bad is not (>= 0 and <= 1))
            {
                run.Warn($"quantile value should be between 0 and 1, got {Numbers.FormatShort(bad)}", at);
            }
        }
    }
}

/// <summary><c>count_values("label", v)</c>.</summary>
sealed class CountValuesPlan(AggregateExpression expression, VectorPlan input, string label) : VectorPlan
{
    /// <summary>
    /// Whether the label is set and at once taken away again (<c>without (label)</c>): then values do not part.
    /// </summary>
    bool CountsAll => expression.Without && expression.Grouping.Contains(label);

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        if (label.Length == 0 || !SelectorParser.IsValid(label))
        {
            throw new PromQlExecutionException($"invalid label name {QuotedText.Quote(label)}");
        }

        // Grouped by the label itself too, its value comes from the counting: "don't do this", but it works.
        var names = expression.Without ? [.. expression.Grouping, label] : expression.Grouping.Where(n => n != label);
        var grouping = new LabelGrouping([.. names], expression.Without, frame.Run);
        var counts = new Dictionary<(int Group, long Bits, string? Histogram), double[]>();
        foreach (var series in input.Evaluate(frame))
        {
            int group = grouping.GroupOf(series);
            for (int i = 0; i < series.Values.Length; i++)
            {
                if (!series.IsPresent(i))
                {
                    continue;
                }

                if (CountsAll)
                {
                    Count(counts, (group, 0, null), frame, i);
                    continue;
                }

                // By bits, because -0 and 0 are written differently; every NaN is written alike.
                double value = series.Values[i];
                string? histogram = series.Histograms?[i] is { } h ? HistogramText.Of(h) : null;
                long bits = BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value);
                Count(counts, (group, bits, histogram), frame, i);
            }

            frame.Return(series.Values);
        }

        // In the order of their labels, so that what picks among equals above picks the same at every step.
        foreach (var (labels, column) in counts.Select(c => (Labels: LabelsOf(grouping, c.Key), c.Value))
            .OrderBy(static c => c.Labels))
        {
            yield return new StepSeries(labels, column);
        }
    }

    static void Count<TKey>(Dictionary<TKey, double[]> counts, TKey key, Frame frame, int step) where TKey : notnull
    {
        if (!counts.TryGetValue(key, out double[]? column))
        {
            counts[key] = column = frame.RentAbsent();
        }

        column[step] = Point.IsAbsent(column[step]) ? 1 : column[step] + 1;
    }

    LabelSet LabelsOf(LabelGrouping grouping, (int Group, long Bits, string? Histogram) counted)
    {
        if (CountsAll)
        {
            return grouping.LabelsOf(counted.Group);
        }

        string text = counted.Histogram ?? Numbers.Format(BitConverter.Int64BitsToDouble(counted.Bits));
        return grouping.LabelsOf(counted.Group).With(label, text);
    }
}

/// <summary><c>absent(v)</c> and <c>absent_over_time(v[5m])</c>: 1 at steps where nothing is.</summary>
sealed class AbsentPlan(VectorPlan input, LabelSet labels) : VectorPlan
{
    public override bool SharesName => true;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[] result = frame.Rent();
        result.AsSpan().Fill(1);
        foreach (var series in input.Evaluate(frame))
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = series.IsPresent(i) ? Point.Absent : result[i];
            }

            frame.Return(series.Values);
        }

        if (Point.AnyIn(result))
        {
            yield return new StepSeries(labels, result);
        }
    }

    /// <summary>
    /// The labels a missing series would surely have, as Prometheus tells them: the first equality matcher on a label
    /// sets it, any other matcher takes it away again.
    /// </summary>
    public static LabelSet LabelsOf(Expression expression)
    {
        var selector = expression as VectorSelector ?? (expression as RangeSelector)?.Vector;
        var sure = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var matcher in selector?.Matchers ?? [])
        {
            if (matcher.Name == LabelNames.MetricName)
            {
                continue;
            }

            if (matcher.Operator == MatchOperator.Equal && seen.Add(matcher.Name))
            {
                sure[matcher.Name] = matcher.Value;
            }
            else
            {
                sure.Remove(matcher.Name);
            }
        }

        return LabelSet.Of([.. sure.Select(static s => new Label(s.Key, s.Value))]);
    }
}

/// <summary>
/// <c>sort</c>, <c>sort_desc</c> by value (NaN last) and <c>sort_by_label</c>; at a range only a remark.
/// </summary>
sealed class SortPlan(VectorPlan input, CallExpression call) : VectorPlan
{
    public override bool SharesName => input.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var run = frame.Run;
        if (run.IsRange)
        {
            run.Warn("sort is ineffective for range queries since results are always ordered by labels", call.Span);
        }

        List<StepSeries> all = [.. input.Evaluate(frame)];
        if (frame.Steps > 1)
        {
            return all;
        }

        int sign = call.Function.Name.EndsWith("desc", StringComparison.Ordinal) ? -1 : 1;
        if (!call.Function.Name.StartsWith("sort_by_label", StringComparison.Ordinal))
        {
            all.RemoveAll(s => Point.IsAbsent(s.Values[0]));
            return all.OrderBy(s => s.Values[0], Comparer<double>.Create((a, b) =>
                double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b))
                    : sign * a.CompareTo(b)));
        }

        string[] names = [.. call.Arguments.Skip(1).Select(TextArgument.Of)];
        all.Sort((a, b) => sign * NaturalOrder.Compare(a.Labels(run), b.Labels(run), names));
        return all;
    }
}
