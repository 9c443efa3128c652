using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Histograms;

/// <summary>
/// What there is to say where native histograms meet what cannot work with them; words of Prometheus.
/// </summary>
static class HistogramRemarks
{
    public static void IgnoredIn(QueryRun run, string aggregation, TextSpan at) =>
        run.Inform($"ignored histogram in {aggregation} aggregation", at);

    public static void IgnoredInRange(QueryRun run, string metric, TextSpan at) => run.Inform(
        "ignored histograms in a range containing both floats and histograms for metric name "
        + QuotedText.Quote(metric), at);

    public static void MixedWithFloats(QueryRun run, string metric, TextSpan at) => run.Warn(
        $"encountered a mix of histograms and floats for metric name {QuotedText.Quote(metric)}", at);

    public static void MixedWithFloats(QueryRun run, TextSpan at) =>
        run.Warn("encountered a mix of histograms and floats for aggregation", at);

    public static void MixedSchemas(QueryRun run, string metric, TextSpan at) => run.Warn(
        "vector contains a mix of histograms with exponential and custom buckets schemas for metric name "
        + QuotedText.Quote(metric), at);

    public static void MixedWithClassic(QueryRun run, string metric, TextSpan at) => run.Warn(
        "vector contains a mix of classic and native histograms" + ForMetric(metric), at);

    public static void NotCounter(QueryRun run, string metric, TextSpan at) =>
        run.Warn($"this native histogram metric is not a counter: {QuotedText.Quote(metric)}", at);

    public static void NotGauge(QueryRun run, string metric, TextSpan at) =>
        run.Warn($"this native histogram metric is not a gauge: {QuotedText.Quote(metric)}", at);

    public static void BoundsReconciled(QueryRun run, string operation, TextSpan at) =>
        run.Inform($"mismatched custom buckets were reconciled during {operation}", at);

    public static void HintsCollided(QueryRun run, string operation, TextSpan at) =>
        run.Warn($"conflicting counter resets during histogram {operation}", at);

    public static void IncompatibleTypes(QueryRun run, string left, string sign, string right, TextSpan at) =>
        run.Inform($"incompatible sample types encountered for binary operator {QuotedText.Quote(sign)}: "
            + $"{left} {sign} {right}", at);

    public static void IncompatibleLayouts(QueryRun run, string sign, TextSpan at) =>
        run.Warn($"incompatible bucket layout encountered for binary operator {sign}", at);

    public static void NaNObserved(QueryRun run, string function, string consequence, string metric, TextSpan at) =>
        run.Inform($"input to {function} has NaN observations, {consequence}{ForMetric(metric)}", at);

    static string ForMetric(string metric) =>
        metric.Length > 0 ? $" for metric name {QuotedText.Quote(metric)}" : "";
}
