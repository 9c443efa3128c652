using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>Aggregations that fold series into one per group as they stream past.</summary>
sealed class AggregatePlan(AggregateExpression expression, VectorPlan input, SeriesOrder order) : VectorPlan
{
    readonly bool _keepsName = !expression.Without && expression.Grouping.Contains(LabelNames.MetricName);

    public override bool SharesName => !_keepsName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var groups = new LabelGrouping(expression.Grouping, expression.Without, frame.Run);
        List<Accumulator> accumulators = [];
        List<HistogramAccumulator?> histograms = [];
        List<bool> dropped = [];
        foreach (var series in input.Evaluate(frame))
        {
            int group = groups.GroupOf(series);
            if (group == accumulators.Count)
            {
                accumulators.Add(Accumulator.Create(expression.Operator, frame));
                histograms.Add(null);
                dropped.Add(_keepsName && series.NameDropped);
            }

            if (series.Histograms is not null)
            {
                histograms[group] = AddHistograms(frame, series, histograms[group]);
            }

            accumulators[group].Add(series.Values);
            frame.Return(series.Values);
        }

        foreach (int i in groups.InOrder(order))
        {
            double[] values = accumulators[i].Finish();
            if (histograms[i]?.Finish(values) is { } sums)
            {
                yield return new StepSeries(groups.LabelsOf(i), values, dropped[i], sums);
            }
            else if (Point.AnyIn(values))
            {
                yield return new StepSeries(groups.LabelsOf(i), values, dropped[i]);
            }
            else
            {
                frame.Return(values);
            }
        }
    }

    /// <summary>Histograms can be added up and counted; what compares numbers leaves them out.</summary>
    HistogramAccumulator? AddHistograms(Frame frame, in StepSeries series, HistogramAccumulator? sums)
    {
        switch (expression.Operator)
        {
            case Aggregator.Sum or Aggregator.Avg:
                sums ??= new HistogramAccumulator(
                    frame, expression.Operator == Aggregator.Avg, expression.Operand.Span);
                sums.Add(series);
                break;
            case Aggregator.Count or Aggregator.Group:
                for (int i = 0; i < series.Values.Length; i++)
                {
                    series.Values[i] = series.Histograms![i] is null ? series.Values[i] : 1;
                }

                break;
            default:
                if (series.HasHistograms)
                {
                    HistogramRemarks.IgnoredIn(
                        frame.Run, Operators.NameOf(expression.Operator), expression.Operand.Span);
                }

                break;
        }

        return sums;
    }
}
