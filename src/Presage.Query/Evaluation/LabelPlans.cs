using System.Text.RegularExpressions;
using Presage.Metrics;
using Presage.Query.Functions;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>A function that changes labels only: <c>label_replace</c>, <c>label_join</c>.</summary>
/// <param name="change">The new labels; null where they stay.</param>
/// <param name="target">The label that is set: a name that is set is there again, whatever dropped it before.</param>
sealed class LabelPlan(VectorPlan input, Func<LabelSet, LabelSet?> change, string target) : VectorPlan
{
    public static LabelPlan Of(CallExpression call, VectorPlan input) => new(
        input, call.Function.Name == "label_join" ? Join(call) : Replace(call), TextArgument.Of(call.Arguments[1]));

    public override IEnumerable<StepSeries> Evaluate(Frame frame)
    {
        foreach (var series in input.Evaluate(frame))
        {
            var labels = series.Labels(frame.Run);
            var changed = change(labels);
            bool named = changed is not null && target == LabelNames.MetricName;
            yield return new StepSeries(
                changed ?? labels, series.Values, series.NameDropped && frame.Run.DelaysNameRemoval && !named,
                series.Histograms);
        }
    }

    static Func<LabelSet, LabelSet?> Replace(CallExpression call)
    {
        string target = TargetOf(call), template = TextArgument.Of(call.Arguments[2]);
        string source = TextArgument.Of(call.Arguments[3]), pattern = TextArgument.Of(call.Arguments[4]);
        Regex regex;
        try
        {
            const RegexOptions Options =
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;
            regex = new Regex($"^(?:{GoPattern.ToDotNet(pattern)})\\z", Options);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new PromQlExecutionException($"invalid regular expression in label_replace(): {pattern}");
        }

        return labels =>
        {
            var match = regex.Match(labels[source]);
            return match.Success ? labels.With(target, GoPattern.Expand(template, match)) : null;
        };
    }

    static Func<LabelSet, LabelSet?> Join(CallExpression call)
    {
        string target = TargetOf(call), separator = TextArgument.Of(call.Arguments[2]);
        string[] sources = [.. call.Arguments.Skip(3).Select(TextArgument.Of)];
        if (sources.FirstOrDefault(s => s.Length == 0 || !SelectorParser.IsValid(s)) is { } bad)
        {
            throw new PromQlExecutionException($"invalid source label name in label_join(): {bad}");
        }

        return labels => labels.With(target, string.Join(separator, sources.Select(s => labels[s])));
    }

    static string TargetOf(CallExpression call)
    {
        string target = TextArgument.Of(call.Arguments[1]);
        return target.Length > 0 && SelectorParser.IsValid(target)
            ? target
            : throw new PromQlExecutionException(
                $"invalid destination label name in {call.Function.Name}(): {target}");
    }
}
