using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// An operator between two vectors. One side, the "one" side, is collected by the labels that must agree; the series
/// of the
/// other stream past it. Everything is decided step by step, as partners may change over time.
/// </summary>
sealed class MatchPlan(BinaryExpression expression, VectorPlan left, VectorPlan right) : VectorPlan
{
    readonly BinaryOperator _op = expression.Operator;
    readonly VectorMatching _matching = expression.Matching;
    readonly bool _leftIsOne = expression.Matching.Cardinality == MatchCardinality.OneToMany;
    readonly bool _dropsName = !expression.Operator.KeepsName() || expression.ReturnBool;

    public override bool SharesName => _dropsName || _matching.On;

    /// <summary>
    /// As in Prometheus, <c>fill_right</c> is what the "one" side lacks even under <c>group_right</c>, where it
    /// stands left.
    /// </summary>
    double? FillOne => _matching.FillRight;

    double? FillMany => _matching.FillLeft;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var match = new Match(frame, new LabelGrouping(_matching.Labels, !_matching.On, frame.Run, typesCount: true));
        foreach (var series in (_leftIsOne ? left : right).Evaluate(frame))
        {
            AddOne(match, series);
        }

        // The other side is read even when this one is empty: errors in it must not depend on that.
        foreach (var series in (_leftIsOne ? right : left).Evaluate(frame))
        {
            AddMany(match, series);
            frame.Return(series.Values);
        }

        ThrowIfAmbiguous(match);
        if (FillMany is { } fill)
        {
            FillUnmatched(match, fill);
        }

        foreach (var group in match.Groups)
        {
            group.One.ForEach(one => frame.Return(one.Values));
        }

        return match.Result;
    }

    static void AddOne(Match match, in StepSeries series)
    {
        int index = match.Grouping.GroupOf(series);
        if (index == match.Groups.Count)
        {
            match.Groups.Add(new Group(match.Frame.Steps));
        }

        var group = match.Groups[index];
        foreach (var other in group.One)
        {
            for (int i = 0; i < other.Values.Length; i++)
            {
                if (other.IsPresent(i) && series.IsPresent(i))
                {
                    match.Ambiguous ??= new (int, StepSeries, StepSeries)?[match.Frame.Steps];
                    match.Ambiguous[i] ??= (index, other, series);
                }
            }
        }

        group.One.Add(series);
    }

    void AddMany(Match match, in StepSeries series)
    {
        match.MarkMany(series);
        int index = FillMany is null ? match.Grouping.Find(series) : match.Grouping.GroupOf(series);
        if (index == match.Groups.Count)
        {
            match.Groups.Add(new Group(match.Frame.Steps));
        }

        var group = index < 0 ? null : match.Groups[index];
        if (group is not null)
        {
            foreach (var one in group.One)
            {
                Combine(match, group, series, one);
            }

            Mark(group.ManySeen, series);
        }

        if (FillOne is { } fill)
        {
            FillPartner(match, group, series, fill);
        }
    }

    void Combine(Match match, Group group, in StepSeries many, in StepSeries one)
    {
        double[] values = match.Frame.Rent();
        var histograms = Compute(match, many, one, values);
        if (histograms is null && !Point.AnyIn(values))
        {
            match.Frame.Return(values);
            return;
        }

        if (_matching.Cardinality == MatchCardinality.OneToOne)
        {
            for (int i = 0; i < values.Length; i++)
            {
                bool present = !Point.IsAbsent(values[i]) || histograms?[i] is not null;
                if (present && group.Matched[i])
                {
                    ThrowIfAmbiguous(match);
                    throw new PromQlExecutionException("multiple matches for labels: many-to-one matching must be "
                        + "explicit (group_left/group_right)");
                }

                group.Matched[i] |= present;
            }
        }

        Emit(match, Labels(match, many, one), values, histograms);
    }

    NativeHistogram?[]? Compute(Match match, in StepSeries many, in StepSeries one, double[] values)
    {
        var (l, r) = _leftIsOne ? (one, many) : (many, one);
        if (l.Histograms is null && r.Histograms is null && !_op.IsTrim())
        {
            Arithmetic.Apply(_op, l.Values, r.Values, values, expression.ReturnBool, keepRight: false);
            return null;
        }

        var histograms = new NativeHistogram?[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Point.Absent;
            if (l.IsPresent(i) && r.IsPresent(i))
            {
                (values[i], histograms[i]) = HistogramOperators.Apply(
                    match.Frame.Run, expression, l.Values[i], l.Histograms?[i], r.Values[i], r.Histograms?[i],
                    keepRight: false);
            }
        }

        return Array.Exists(histograms, static h => h is not null) ? histograms : null;
    }

    void FillPartner(Match match, Group? group, in StepSeries many, double fill)
    {
        var frame = match.Frame;
        double[] one = frame.Rent();
        for (int i = 0; i < one.Length; i++)
        {
            int step = i;
            bool partner = group is not null && group.One.Exists(o => o.IsPresent(step));
            one[i] = partner ? Point.Absent : fill;
        }

        double[] values = frame.Rent();
        var histograms = Compute(match, many, new StepSeries(LabelSet.Empty, one), values);
        frame.Return(one);
        if (histograms is not null || Point.AnyIn(values))
        {
            Emit(match, Labels(match, many, null), values, histograms);
        }
        else
        {
            frame.Return(values);
        }
    }

    void FillUnmatched(Match match, double fill)
    {
        var frame = match.Frame;
        foreach (var group in match.Groups)
        {
            foreach (var one in group.One)
            {
                double[] many = frame.Rent();
                for (int i = 0; i < many.Length; i++)
                {
                    many[i] = group.ManySeen[i] ? Point.Absent : fill;
                }

                double[] values = frame.Rent();
                var labels = match.Grouping.Reduce(one.RawLabels, one.NameDropped);
                var synthetic = new StepSeries(labels, many);
                var histograms = Compute(match, synthetic, one, values);
                if (histograms is not null || Point.AnyIn(values))
                {
                    Emit(match, Labels(match, synthetic, one), values, histograms);
                }

                frame.Return(many);
            }
        }
    }

    LabelSet Labels(Match match, in StepSeries many, StepSeries? one)
    {
        var run = match.Frame.Run;
        var labels = many.Labels(run);
        labels = _dropsName ? run.WithoutName(labels) : labels;
        if (_matching.Cardinality == MatchCardinality.OneToOne)
        {
            labels = _matching.On ? labels.Only([.. _matching.Labels]) : labels.Without([.. _matching.Labels]);
        }

        foreach (string name in _matching.Include)
        {
            labels = labels.With(name, one is { } source ? source.Labels(run)[name] : "");
        }

        return labels;
    }

    static void Emit(Match match, LabelSet labels, double[] values, NativeHistogram?[]? histograms)
    {
        try
        {
            var series = new StepSeries(labels, values, histograms: histograms);
            MergePlan.Add(match.Frame, match.Merged, match.Result, series);
        }
        catch (PromQlExecutionException)
        {
            throw new PromQlExecutionException(
                "multiple matches for labels: grouping labels must ensure unique matches");
        }
    }

    static void Mark(bool[] marks, in StepSeries series)
    {
        for (int i = 0; i < marks.Length; i++)
        {
            marks[i] |= series.IsPresent(i);
        }
    }

    void ThrowIfAmbiguous(Match match)
    {
        for (int i = 0; i < match.Frame.Steps && match.Ambiguous is not null; i++)
        {
            if (match.ManySeen[i] && match.Ambiguous[i] is { } found)
            {
                throw Ambiguous(match, found.Group, found.First, found.Second);
            }
        }
    }

    PromQlExecutionException Ambiguous(Match match, int group, StepSeries first, StepSeries second)
    {
        var run = match.Frame.Run;
        return new PromQlExecutionException(
            $"found duplicate series for the match group {Text(match.Grouping.LabelsOf(group))} on the "
            + $"{(_leftIsOne ? "left" : "right")} hand-side of the operation: "
            + $"[{Text(second.Labels(run))}, {Text(first.Labels(run))}]"
            + ";many-to-many matching not allowed: matching labels must be unique on one side");
    }

    /// <summary>Labels as Prometheus prints them in errors: the name is one of them.</summary>
    static string Text(LabelSet labels) =>
        $"{{{string.Join(", ", labels.Labels.ToArray().Select(static l => $"{l.Name}={QuotedText.Quote(l.Value)}"))}}}";

    sealed class Match(Frame frame, LabelGrouping grouping)
    {
        public Frame Frame { get; } = frame;

        public LabelGrouping Grouping { get; } = grouping;

        public List<Group> Groups { get; } = [];

        public bool[] ManySeen { get; } = new bool[frame.Steps];

        public Dictionary<LabelSet, int> Merged { get; } = [];

        public List<StepSeries> Result { get; } = [];

        public (int Group, StepSeries First, StepSeries Second)?[]? Ambiguous { get; set; }

        public void MarkMany(in StepSeries series) => Mark(ManySeen, series);
    }

    sealed class Group(int steps)
    {
        public List<StepSeries> One { get; } = [];

        public bool[] Matched { get; } = new bool[steps];

        public bool[] ManySeen { get; } = new bool[steps];
    }
}
