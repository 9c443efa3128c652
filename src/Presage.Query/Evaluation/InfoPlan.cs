using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// <c>info(v, {selector})</c>: adds the labels of info metrics (by default <c>target_info</c>) that share
/// <c>instance</c> and <c>job</c> with a series. Where the info series change over time, so do the labels.
/// </summary>
sealed class InfoPlan(VectorPlan input, VectorSelector? selector, TimeShift shift) : VectorPlan
{
    static readonly string[] Identifying = [LabelNames.Instance, LabelNames.Job];

    readonly List<LabelMatcher> _names = NameMatchers(selector);

    readonly List<LabelMatcher> _data =
        [.. (selector?.Matchers ?? []).Where(m => m.Name != LabelNames.MetricName)];

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var run = frame.Run;
        var pinned = new VectorSelector(default, null, [.. _names, .. _data], shift, RangeBorder.Plain);
        var grouping = new LabelGrouping(Identifying, without: false, run);
        List<List<StepSeries>> infos = [];
        var ofInfos = new SelectorPlan(pinned, ofTimestamps: true, SeriesOrder.ByLabels, numbersOnly: true);
        foreach (var info in ofInfos.Evaluate(frame))
        {
            int group = grouping.GroupOf(info);
            if (group == infos.Count)
            {
                infos.Add([]);
            }

            infos[group].Add(info);
        }

        var merged = new Dictionary<LabelSet, int>();
        List<StepSeries> result = [];
        foreach (var series in input.Evaluate(frame))
        {
            int group = grouping.Find(series);
            if (_names.TrueForAll(m => m.Matches(series.RawLabels)))
            {
                MergePlan.Add(frame, merged, result, series);
            }
            else
            {
                Enrich(frame, series, group < 0 ? [] : infos[group], merged, result);
            }
        }

        return result;
    }

    /// <summary>The modifiers of the series to enrich: the labels are those of the same time.</summary>
    public static TimeShift ShiftOf(Expression expression) => expression switch
    {
        VectorSelector v => v.Shift,
        RangeSelector r => r.Vector.Shift,
        SubqueryExpression s => Combine(s.Shift, ShiftOf(s.Inner)),
        Parenthesized p => ShiftOf(p.Inner),
        UnaryExpression u => ShiftOf(u.Operand),
        AggregateExpression a => ShiftOf(a.Operand),
        BinaryExpression b => ShiftOf(b.Left.Kind == ValueKind.Scalar ? b.Right : b.Left),
        CallExpression c when c.Arguments.Count > 0 =>
            ShiftOf(c.Arguments[^1].Kind > ValueKind.Scalar ? c.Arguments[^1] : c.Arguments[0]),
        _ => TimeShift.None,
    };

    /// <summary>The modifiers of a subquery upon those of what it evaluates.</summary>
    static TimeShift Combine(TimeShift outer, TimeShift inner)
    {
        if (inner.Anchor != AtAnchor.None)
        {
            return inner;
        }

        var offset = outer.Offset is null || inner.Offset is null
            ? outer.Offset ?? inner.Offset
            : new DurationArithmetic(default, BinaryOperator.Add, outer.Offset, inner.Offset);
        return outer with { Offset = offset };
    }

    /// <summary>
    /// The matchers that say which metrics carry information; negative ones narrow the names that end in _info.
    /// </summary>
    static List<LabelMatcher> NameMatchers(VectorSelector? selector)
    {
        List<LabelMatcher> names = [.. (selector?.Matchers ?? []).Where(m => m.Name == LabelNames.MetricName)];
        if (names.Count == 0)
        {
            return [new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, "target_info")];
        }

        if (names.TrueForAll(m => m.Operator is MatchOperator.NotEqual or MatchOperator.RegexNoMatch))
        {
            names.Add(new LabelMatcher(LabelNames.MetricName, MatchOperator.RegexMatch, ".+_info"));
        }

        return names;
    }

    void Enrich(
        Frame frame,
        in StepSeries series,
        List<StepSeries> infos,
        Dictionary<LabelSet, int> merged,
        List<StepSeries> result)
    {
        bool needsMatch = _data.Exists(m => !m.MatchesEmpty);
        var columns = new Dictionary<LabelSet, (double[] Values, NativeHistogram?[]? Histograms)>();
        var lastChosen = new List<int>();
        var chosen = new List<int>();
        (double[] Values, NativeHistogram?[]? Histograms) column = default;
        for (int i = 0; i < series.Values.Length; i++)
        {
            if (!series.IsPresent(i))
            {
                continue;
            }

            Choose(infos, i, chosen);
            if (chosen.Count == 0 && needsMatch)
            {
                continue;
            }

            // Info series rarely change: the labels are made again only when they do.
            if (column.Values is null || !chosen.SequenceEqual(lastChosen))
            {
                var labels = Combine(series.Labels(frame.Run), infos, chosen);
                if (!columns.TryGetValue(labels, out column))
                {
                    columns[labels] = column = (
                        frame.RentAbsent(),
                        series.Histograms is null ? null : new NativeHistogram?[series.Values.Length]);
                }

                (lastChosen, chosen) = (chosen, lastChosen);
            }

            column.Values[i] = series.Values[i];
            if (column.Histograms is not null)
            {
                column.Histograms[i] = series.Histograms![i];
            }
        }

        frame.Return(series.Values);
        foreach (var (labels, (values, histograms)) in columns)
        {
            MergePlan.Add(frame, merged, result, new StepSeries(labels, values, series.NameDropped, histograms));
        }
    }

    /// <summary>Of each info metric the series with the newest sample.</summary>
    static void Choose(List<StepSeries> infos, int step, List<int> chosen)
    {
        chosen.Clear();
        for (int i = 0; i < infos.Count; i++)
        {
            double time = infos[i].Values[step];
            if (Point.IsAbsent(time))
            {
                continue;
            }

            string name = infos[i].RawLabels.MetricName;
            int rival = chosen.FindIndex(c => infos[c].RawLabels.MetricName == name);
            if (rival < 0)
            {
                chosen.Add(i);
                continue;
            }

            double other = infos[chosen[rival]].Values[step];
            if (other == time)
            {
                throw new PromQlExecutionException("found duplicate series for info metric: existing "
                    + $"{infos[chosen[rival]].RawLabels}, new {infos[i].RawLabels}");
            }

            chosen[rival] = time > other ? i : chosen[rival];
        }
    }

    LabelSet Combine(LabelSet labels, List<StepSeries> infos, List<int> chosen)
    {
        var added = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (int index in chosen)
        {
            foreach (var label in infos[index].RawLabels.Labels)
            {
                bool wanted = label.Name != LabelNames.MetricName && !Identifying.Contains(label.Name)
                    && (_data.Count == 0 || _data.Exists(m => m.Name == label.Name)) && labels[label.Name].Length == 0;
                if (!wanted)
                {
                    continue;
                }

                if (added.TryGetValue(label.Name, out string? value) && value != label.Value)
                {
                    throw new PromQlExecutionException($"conflicting label: {label.Name}");
                }

                added[label.Name] = label.Value;
            }
        }

        return added.Aggregate(labels, static (set, label) => set.With(label.Key, label.Value));
    }
}
