using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// Aggregations that keep some series as they are: <c>topk</c>, <c>bottomk</c>, <c>limitk</c>, <c>limit_ratio</c>. At
/// an
/// instant the result is ordered by value within each group.
/// </summary>
sealed class SelectPlan(AggregateExpression expression, VectorPlan input, ScalarPlan parameter) : VectorPlan
{
    readonly Aggregator _aggregator = expression.Operator;

    public override bool SharesName => input.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        double[] limits = parameter.Evaluate(frame);
        CheckLimits(frame.Run, limits);
        var grouping = new LabelGrouping(expression.Grouping, expression.Without, frame.Run);
        List<List<StepSeries>> groups = [];
        bool ofNumbers = _aggregator is Aggregator.TopK or Aggregator.BottomK;
        foreach (var series in input.Evaluate(frame))
        {
            int group = grouping.GroupOf(series);
            if (group == groups.Count)
            {
                groups.Add([]);
            }

            groups[group].Add(ofNumbers ? series.NumbersOnly() : series);
            if (ofNumbers && series.HasHistograms)
            {
                HistogramRemarks.IgnoredIn(
                    frame.Run, Operators.NameOf(_aggregator), expression.Operand.Span);
            }
        }

        return groups.SelectMany(members => Choose(frame, members, limits));
    }

    void CheckLimits(QueryRun run, double[] limits)
    {
        bool ratio = _aggregator == Aggregator.LimitRatio;
        if (Array.Exists(limits, double.IsNaN))
        {
            throw new PromQlExecutionException(ratio ? "Ratio value is NaN" : "Parameter value is NaN");
        }

        double least = limits.Min(), most = limits.Max();
        if (ratio)
        {
            Cap(run, most, 1);
            Cap(run, least, -1);
            for (int i = 0; i < limits.Length; i++)
            {
                limits[i] = Math.Clamp(limits[i], -1, 1);
            }

            return;
        }

        // Where nothing is chosen at all, nothing can be too much.
        if (most >= 1 && (least <= long.MinValue || most >= long.MaxValue))
        {
            throw new PromQlExecutionException(least <= long.MinValue
                ? $"Scalar value {Numbers.FormatShort(least)} underflows int64"
                : $"Scalar value {Numbers.FormatShort(most)} overflows int64");
        }
    }

    void Cap(QueryRun run, double ratio, double bound)
    {
        if (Math.Abs(ratio) > 1 && Math.Sign(ratio) == bound)
        {
            run.Warn($"ratio value should be between -1 and 1, got {Numbers.FormatShort(ratio)}, capping to "
                + Numbers.FormatShort(bound), expression.Parameter!.Span);
        }
    }

    IEnumerable<StepSeries> Choose(Frame frame, List<StepSeries> members, double[] limits)
    {
        int[] order = [.. Enumerable.Range(0, members.Count)];
        int last = 0;
        double[] keys = new double[members.Count];
        for (int step = 0; step < frame.Steps; step++)
        {
            int present = 0;
            last = 0;
            for (int i = 0; i < members.Count; i++)
            {
                if (members[i].IsPresent(step))
                {
                    order[present] = i;
                    keys[present++] = members[i].Values[step];
                }
            }

            if (_aggregator == Aggregator.LimitRatio)
            {
                ChooseByRatio(frame.Run, members, limits[step], step);
                continue;
            }

            last = present;
            int kept = limits[step] < 1 ? 0 : (int)Math.Min(present, limits[step]);
            if (_aggregator != Aggregator.LimitK)
            {
                Rank(keys.AsSpan(0, present), order.AsSpan(0, present), kept);
            }

            for (int i = kept; i < present; i++)
            {
                members[order[i]].Remove(step);
            }
        }

        bool ranked = frame.Steps == 1 && _aggregator is Aggregator.TopK or Aggregator.BottomK;
        for (int i = 0; i < (ranked ? last : members.Count); i++)
        {
            var series = members[ranked ? order[i] : i];
            if (series.HasAny)
            {
                yield return series;
            }
            else
            {
                frame.Return(series.Values);
            }
        }
    }

    /// <summary>
    /// Brings the first <paramref name="kept"/> to the front, best first, NaN last; of equals the earlier series wins.
    /// </summary>
    void Rank(Span<double> keys, Span<int> order, int kept)
    {
        bool top = _aggregator == Aggregator.TopK;
        if (kept <= 8)
        {
            for (int i = 0; i < kept; i++)
            {
                int best = i;
                for (int j = i + 1; j < keys.Length; j++)
                {
                    best = Before(keys[j], order[j], keys[best], order[best], top) ? j : best;
                }

                (keys[i], keys[best]) = (keys[best], keys[i]);
                (order[i], order[best]) = (order[best], order[i]);
            }

            return;
        }

        var pairs = new (double Key, int Index)[keys.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (keys[i], order[i]);
        }

        Array.Sort(pairs, (a, b) => Before(a.Key, a.Index, b.Key, b.Index, top) ? -1 : a == b ? 0 : 1);
        for (int i = 0; i < pairs.Length; i++)
        {
            order[i] = pairs[i].Index;
        }
    }

    static bool Before(double a, int aIndex, double b, int bIndex, bool top)
    {
        if (double.IsNaN(a) || double.IsNaN(b))
        {
            return double.IsNaN(a) && double.IsNaN(b) ? aIndex < bIndex : double.IsNaN(b);
        }

        return a == b ? aIndex < bIndex : top ? a > b : a < b;
    }

    static void ChooseByRatio(QueryRun run, List<StepSeries> members, double ratio, int step)
    {
        foreach (var series in members)
        {
            double offset = LabelHash.Of(series.Labels(run)) / (double)ulong.MaxValue;
            bool keep = ratio >= 0 ? offset < ratio : offset >= 1.0 + ratio;
            if (!keep)
            {
                series.Remove(step);
            }
        }
    }
}
