using System.Text.RegularExpressions;

namespace Presage.Query.Scripts;

/// <summary>
/// Runs a test script in Prometheus' promqltest language: loads made-up series, evaluates queries, compares. All
/// features
/// are on, as in Prometheus' own runs of such scripts.
/// </summary>
public static partial class PromQlScript
{
    /// <summary>Runs a script from its first to its last line; a failed evaluation does not end it.</summary>
    /// <exception cref="ScriptException">The script itself cannot be read.</exception>
    public static ScriptReport Run(string file, string text, CancellationToken cancellationToken)
    {
        var reader = new ScriptReader(file, text);
        var samples = new ScriptSamples();
        var engine = new PromQlEngine(new QueryLimits(), QueryFeatures.All);
        List<ScriptFailure> failures = [];
        int passed = 0;
        while (reader.Next() is { } command)
        {
            switch (command)
            {
                case ScriptClear:
                    samples.Clear();
                    break;
                case ScriptLoad load:
                    Load(load, samples);
                    break;
                case ScriptEvaluation evaluation:
                    if (Evaluate(engine, evaluation, samples, cancellationToken) is { } problem)
                    {
                        failures.Add(new ScriptFailure(file, evaluation.Line, evaluation.Command, problem));
                    }
                    else
                    {
                        passed++;
                    }

                    break;
            }
        }

        return new ScriptReport(file, passed, failures);
    }

    static void Load(ScriptLoad load, ScriptSamples samples)
    {
        // Of two lines for one series in the same load, the later one counts.
        foreach (var series in load.Series.Where(s => !s.IsStartTimes).GroupBy(s => s.Labels).Select(g => g.Last()))
        {
            for (int i = 0; i < series.Values.Count; i++)
            {
                series.Values[i].AddTo(samples, series.Labels, i * load.StepMs);
            }
        }

        foreach (var starts in load.Series.Where(static s => s.IsStartTimes))
        {
            for (int i = 0; i < starts.Values.Count; i++)
            {
                if (starts.Values[i].Number is { } offset)
                {
                    samples.SetStart(starts.Labels, i * load.StepMs, (i * load.StepMs) + (long)offset);
                }
            }
        }

        foreach (var (labels, step, histogram) in load.WithHistograms ? ClassicHistograms.Of(load.Series) : [])
        {
            samples.Add(labels, step * load.StepMs, histogram);
        }
    }

    static string? Evaluate(
        PromQlEngine engine, ScriptEvaluation evaluation, ScriptSamples samples, CancellationToken cancellationToken)
    {
        var fails = evaluation.Expectations.Where(e => e.Kind == "fail").ToList();
        QueryResult result;
        try
        {
            var query = engine.Prepare(evaluation.Query);
            result = evaluation.IsRange
                ? engine.Range(query, evaluation.StartMs, evaluation.EndMs, evaluation.StepMs, samples,
                    cancellationToken)
                : engine.Instant(query, evaluation.StartMs, samples, cancellationToken);
        }
        catch (Exception e) when (e is PromQlException or PromQlExecutionException or ArgumentException)
        {
            string message = PositionPrefix().Replace(e.Message, "");
            return fails.Count == 0 ? $"unexpected error: {e.Message}"
                : fails.Find(f => !f.Accepts(message)) is { } other
                    ? $"expected error {other.Text ?? other.Pattern}, got: {message}"
                : null;
        }

        return fails.Count > 0 ? "expected an error, got a result" : ResultChecker.Check(evaluation, result);
    }

    [GeneratedRegex("^[0-9]+:[0-9]+: parse error: ")]
    private static partial Regex PositionPrefix();
}
