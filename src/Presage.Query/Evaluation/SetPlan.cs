using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary><c>and</c>, <c>or</c>, <c>unless</c>: which series of one side have a partner at a step.</summary>
sealed class SetPlan(BinaryOperator op, VectorPlan left, VectorPlan right, VectorMatching matching) : VectorPlan
{
    public override bool SharesName => op != BinaryOperator.Or && left.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame) =>
        op == BinaryOperator.Or ? EvaluateOr(frame) : EvaluateFilter(frame);

    IEnumerable<StepSeries> EvaluateFilter(Frame frame)
    {
        var groups = new LabelGrouping(matching.Labels, !matching.On, frame.Run, typesCount: true);
        List<bool[]> present = [];
        foreach (var series in right.Evaluate(frame))
        {
            Mark(present, groups.GroupOf(series), series);
            frame.Return(series.Values);
        }

        bool keepsMatched = op == BinaryOperator.And;
        foreach (var series in left.Evaluate(frame))
        {
            int group = groups.Find(series);
            if (group < 0)
            {
                if (!keepsMatched)
                {
                    yield return series;
                }
                else
                {
                    frame.Return(series.Values);
                }

                continue;
            }

            if (Filter(series, present[group], keepsMatched))
            {
                yield return series;
            }
            else
            {
                frame.Return(series.Values);
            }
        }
    }

    IEnumerable<StepSeries> EvaluateOr(Frame frame)
    {
        var groups = new LabelGrouping(matching.Labels, !matching.On, frame.Run, typesCount: true);
        List<bool[]> present = [];
        foreach (var series in left.Evaluate(frame))
        {
            Mark(present, groups.GroupOf(series), series);
            yield return series;
        }

        foreach (var series in right.Evaluate(frame))
        {
            int group = groups.Find(series);
            if (group < 0 || Filter(series, present[group], keepMarked: false))
            {
                yield return series;
            }
            else
            {
                frame.Return(series.Values);
            }
        }
    }

    static void Mark(List<bool[]> present, int group, in StepSeries series)
    {
        if (group == present.Count)
        {
            present.Add(new bool[series.Values.Length]);
        }

        bool[] marks = present[group];
        for (int i = 0; i < marks.Length; i++)
        {
            marks[i] |= series.IsPresent(i);
        }
    }

    static bool Filter(in StepSeries series, bool[] marks, bool keepMarked)
    {
        bool any = false;
        for (int i = 0; i < marks.Length; i++)
        {
            if (marks[i] != keepMarked)
            {
                series.Remove(i);
            }

            any |= series.IsPresent(i);
        }

        return any;
    }
}
