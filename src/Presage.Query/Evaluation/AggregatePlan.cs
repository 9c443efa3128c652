using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>Aggregations that fold series into one per group as they stream past.</summary>
sealed class AggregatePlan(AggregateExpression expression, VectorPlan input) : VectorPlan
{
    readonly bool _keepsName = !expression.Without && expression.Grouping.Contains(LabelNames.MetricName);

    public override bool SharesName => !_keepsName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var groups = new LabelGrouping(expression.Grouping, expression.Without, frame.Run);
        List<Accumulator> accumulators = [];
        List<bool> dropped = [];
        foreach (var series in input.Evaluate(frame))
        {
            int group = groups.GroupOf(series);
            if (group == accumulators.Count)
            {
                accumulators.Add(Accumulator.Create(expression.Operator, frame));
                dropped.Add(_keepsName && series.NameDropped);
            }

            accumulators[group].Add(series.Values);
            frame.Return(series.Values);
        }

        for (int i = 0; i < accumulators.Count; i++)
        {
            yield return new StepSeries(groups.LabelsOf(i), accumulators[i].Finish(), dropped[i]);
        }
    }
}
