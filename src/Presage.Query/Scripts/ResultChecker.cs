using Presage.Metrics;
using Presage.Query.Histograms;
using Presage.Query.Parsing;

namespace Presage.Query.Scripts;

/// <summary>
/// Compares what an evaluation gave with what its script expects. Each method gives null or what is wrong.
/// </summary>
static class ResultChecker
{
    /// <summary>Floats agree within this, relatively.</summary>
    const double Tolerance = 1e-6;

    const double SmallestNormal = 2.2250738585072014e-308;

    public static string? Check(ScriptEvaluation evaluation, QueryResult result) =>
        CheckAnnotations(evaluation, "warn", result.Warnings)
        ?? CheckAnnotations(evaluation, "info", result.Infos)
        ?? CheckValues(evaluation, result);

    static string? CheckAnnotations(ScriptEvaluation evaluation, string kind, IReadOnlyList<string> given)
    {
        var expected = evaluation.Expectations.Where(e => e.Kind == kind).ToList();
        bool none = evaluation.Expectations.Exists(e => e.Kind == "no_" + kind);
        if (none && given.Count > 0)
        {
            return $"expected no {kind} annotation, got: {string.Join("; ", given)}";
        }

        if (expected.Count == 0)
        {
            return null;
        }

        if (given.Count == 0)
        {
            return $"expected {kind} annotation{Words(expected[0])}, got none";
        }

        if (expected.Find(e => !given.Any(e.Accepts)) is { } missing)
        {
            return $"expected {kind} annotation{Words(missing)}, got: {string.Join("; ", given)}";
        }

        return given.FirstOrDefault(g => !expected.Exists(e => e.Accepts(g))) is { } surplus
            ? $"unexpected {kind} annotation: {surplus}"
            : null;
    }

    static string Words(Expectation expectation) =>
        expectation.Text is { } text ? $" \"{text}\"" : expectation.Pattern is { } p ? $" matching \"{p}\"" : "";

    static string? CheckValues(ScriptEvaluation evaluation, QueryResult result)
    {
        if (evaluation.Text is { } text)
        {
            return result.Kind == QueryResultKind.String && result.Text == text ? null
                : $"expected string \"{text}\", got {Show(result)}";
        }

        if (evaluation.Scalar is { } scalar)
        {
            return result.Kind == QueryResultKind.Scalar && Near(result.Scalar, scalar) ? null
                : $"expected scalar {Numbers.Format(scalar)}, got {Show(result)}";
        }

        if (result.Kind is QueryResultKind.Scalar or QueryResultKind.String)
        {
            return $"expected {evaluation.Series.Count} series, got {Show(result)}";
        }

        if (result.Kind == QueryResultKind.Matrix && !evaluation.IsRange && evaluation.RangeVector is null)
        {
            return "expected a vector, got a range vector; say \"expect range vector from … to … step …\"";
        }

        return CheckSeries(evaluation, result);
    }

    static string? CheckSeries(ScriptEvaluation evaluation, QueryResult result)
    {
        var (start, end, step) = evaluation.RangeVector
            ?? (evaluation.StartMs, evaluation.IsRange ? evaluation.EndMs : evaluation.StartMs, evaluation.StepMs);
        var given = new Dictionary<LabelSet, QuerySeries>();
        foreach (var series in result.Series)
        {
            if (!given.TryAdd(series.Labels, series))
            {
                return $"series {series.Labels} came twice";
            }
        }

        for (int i = 0; i < evaluation.Series.Count; i++)
        {
            var expected = evaluation.Series[i];
            if (!given.Remove(expected.Labels, out var series))
            {
                return $"expected series {expected.Labels}, got {Show(result)}";
            }

            if (evaluation.Ordered && !ReferenceEquals(result.Series[i], series))
            {
                return $"expected {expected.Labels} at place {i + 1}, got {Show(result)}";
            }

            if (CheckPoints(expected, series, start, end, step) is { } problem)
            {
                return problem;
            }
        }

        return given.Count == 0 ? null : $"unexpected series {string.Join(", ", given.Keys)}";
    }

    static string? CheckPoints(SeriesLine expected, QuerySeries series, long start, long end, long step)
    {
        int at = 0;
        for (int i = 0; i < expected.Values.Count; i++)
        {
            long time = start + (i * step);
            if (time > end)
            {
                return $"expected more values of {expected.Labels} than there are steps";
            }

            var value = expected.Values[i];
            if (value.IsNothing)
            {
                continue;
            }

            if (at == series.Count || series.TimestampsMs[at] != time || !Near(series, at, value))
            {
                string got = at == series.Count ? "nothing"
                    : $"{Show(series, at)} at {series.TimestampsMs[at] / 1000.0} s";
                return $"expected {Show(value)} at {time / 1000.0} s of {expected.Labels}, got {got}";
            }

            at++;
        }

        return at == series.Count
            ? null
            : $"unexpected {Show(series, at)} at {series.TimestampsMs[at] / 1000.0} s of "
                + series.Labels;
    }

    static string Show(QuerySeries series, int at) =>
        Show(new ScriptValue(series.Values[at], series.HistogramAt(at), HintGiven: true));

    static string Show(ScriptValue value) => value.Histogram is { } h
        ? $"{{{{schema:{h.Schema} zero:{h.ZeroThreshold}{(value.HintGiven ? $" hint:{h.Hint}" : "")}}}}} "
            + HistogramText.Of(h)
        : Numbers.Format(value.Number!.Value);

    static bool Near(QuerySeries series, int at, ScriptValue expected)
    {
        if (expected.Histogram is not { } histogram)
        {
            return series.HistogramAt(at) is null && Near(series.Values[at], expected.Number!.Value);
        }

        return series.HistogramAt(at) is { } given && Near(given, histogram)
            && (!expected.HintGiven || given.Hint == histogram.Hint);
    }

    static bool Near(NativeHistogram given, NativeHistogram expected) =>
        given.Schema == expected.Schema && Near(given.ZeroThreshold, expected.ZeroThreshold)
        && Near(given.ZeroCount, expected.ZeroCount) && Near(given.Count, expected.Count)
        && Near(given.Sum, expected.Sum) && given.CustomBounds.SequenceEqual(expected.CustomBounds)
        && Near(given.Positive, expected.Positive) && Near(given.Negative, expected.Negative);

    static bool Near(HistogramBuckets given, HistogramBuckets expected)
    {
        bool near = given.Indexes.SequenceEqual(expected.Indexes);
        for (int i = 0; near && i < given.Length; i++)
        {
            near = Near(given.Counts[i], expected.Counts[i]);
        }

        return near;
    }

    static bool Near(double given, double expected)
    {
        if (given == expected || (double.IsNaN(given) && double.IsNaN(expected)))
        {
            return true;
        }

        double difference = Math.Abs(given - expected), sum = Math.Abs(given) + Math.Abs(expected);
        return given == 0 || expected == 0
            ? difference < Tolerance * SmallestNormal
            : difference / Math.Min(sum, double.MaxValue) < Tolerance;
    }

    static string Show(QueryResult result) => result.Kind switch
    {
        QueryResultKind.Scalar => $"scalar {Numbers.Format(result.Scalar)}",
        QueryResultKind.String => $"string \"{result.Text}\"",
        _ when result.Series.Count == 0 => "an empty result",
        _ => string.Join(", ", result.Series.Take(20).Select(
            s => $"{s.Labels} {string.Join(' ', Enumerable.Range(0, Math.Min(10, s.Count)).Select(i => Show(s, i)))}")),
    };
}
