using Presage.Metrics;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>What a range function has to say about its input.</summary>
static class RangeRemarks
{
    static readonly string[] CounterEndings = ["_total", "_sum", "_count", "_bucket"];

    public static RangeRemark? For(CallExpression call, Expression range) => call.Function.Name switch
    {
        "rate" or "increase" => (run, labels, _) => CheckCounter(run, labels, range.Span),
        "quantile_over_time" => (run, _, arguments) => QuantileRemark.Check(run, arguments[0], call.Arguments[0].Span),
        _ => null,
    };

    static void CheckCounter(QueryRun run, LabelSet labels, TextSpan at)
    {
        string name = labels.MetricName;
        if (name.Length == 0)
        {
            return;
        }

        string type = run.TypeAndUnit ? labels["__type__"] : "";
        if (type.Length > 0)
        {
            if (type is not ("counter" or "histogram"))
            {
                run.Inform("metric might not be a counter, "
                    + "__type__ label is not set to \"counter\" or \"histogram\", got "
                    + $"{QuotedText.Quote(type)}: {QuotedText.Quote(name)}", at);
            }

            return;
        }

        if (!Array.Exists(CounterEndings, e => name.EndsWith(e, StringComparison.Ordinal)))
        {
            run.Inform("metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                + QuotedText.Quote(name), at);
        }
    }
}
