using System.Runtime.InteropServices;
using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// Joins series whose labels have become equal. They may take turns over time; at one and the same step it is an error.
/// </summary>
sealed class MergePlan(VectorPlan input) : VectorPlan
{
    public override bool SharesName => input.SharesName;

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        var merged = new Dictionary<LabelSet, int>();
        List<StepSeries> result = [];
        foreach (var series in input.Evaluate(frame))
        {
            Add(frame, merged, result, series);
        }

        return result;
    }

    /// <summary>Adds a series to those collected, or its points to the one with equal labels.</summary>
    public static void Add(Frame frame, Dictionary<LabelSet, int> merged, List<StepSeries> result, in StepSeries series)
    {
        var labels = series.Labels(frame.Run);
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(merged, labels, out bool known);
        if (!known)
        {
            index = result.Count;
            result.Add(new StepSeries(
                labels, series.Values, series.NameDropped && frame.Run.DelaysNameRemoval, series.Histograms));
            return;
        }

        var into = result[index];
        if (into.Histograms is null && series.Histograms is not null)
        {
            into = new StepSeries(
                into.RawLabels, into.Values, into.NameDropped, new NativeHistogram?[into.Values.Length]);
            result[index] = into;
        }

        for (int i = 0; i < into.Values.Length; i++)
        {
            if (!series.IsPresent(i))
            {
                continue;
            }

            if (into.IsPresent(i))
            {
                throw new PromQlExecutionException("vector cannot contain metrics with the same labelset");
            }

            into.Values[i] = series.Values[i];
            if (series.Histograms?[i] is { } histogram)
            {
                into.Histograms![i] = histogram;
            }
        }

        frame.Return(series.Values);
    }
}
