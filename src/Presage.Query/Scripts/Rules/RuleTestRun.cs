using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Scripts.Rules;

/// <summary>
/// Runs rule unit tests: loads the input series, evaluates the rules over the time the test needs, looks at the alerts
/// on the way and asks the queries at the end.
/// </summary>
public sealed class RuleTestRun
{
    static readonly PromQlEngine Engine = new(new QueryLimits(), QueryFeatures.ExperimentalFunctions);

    readonly RuleTestFile _file;
    readonly RuleTest _test;
    readonly ScriptSamples _samples = new();
    readonly List<RuleUnderTest> _rules;
    readonly List<ScriptFailure> _failures = [];
    readonly CancellationToken _cancellationToken;
    int _passed;

    RuleTestRun(RuleTestFile file, RuleTest test, CancellationToken cancellationToken)
    {
        _file = file;
        _test = test;
        _cancellationToken = cancellationToken;
        _rules = [.. file.Groups.SelectMany(static g => g.Rules).Select(r => new RuleUnderTest(r, Engine, test))];
    }

    /// <summary>Runs all tests of a file.</summary>
    /// <exception cref="ScriptException">A rule or a test cannot be read.</exception>
    public static ScriptReport Run(RuleTestFile file, CancellationToken cancellationToken)
    {
        int passed = 0;
        List<ScriptFailure> failures = [];
        foreach (var test in file.Tests)
        {
            try
            {
                var run = new RuleTestRun(file, test, cancellationToken);
                run.Run();
                passed += run._passed;
                failures.AddRange(run._failures);
            }
            catch (Exception e) when (e is FormatException or PromQlException or OverflowException)
            {
                throw new ScriptException(file.File, test.Line, e.Message);
            }
        }

        return new ScriptReport(file.File, passed, failures);
    }

    void Run()
    {
        foreach (var (series, values) in _test.Input)
        {
            var line = SeriesLine.Parse($"{series} {values}");
            for (int i = 0; i < line.Values.Count; i++)
            {
                line.Values[i].AddTo(_samples, line.Labels, i * _test.IntervalMs);
            }
        }

        long last = Math.Max(
            _test.Alerts.Select(static a => a.TimeMs).DefaultIfEmpty(0).Max(),
            _test.Queries.Select(static q => q.TimeMs).DefaultIfEmpty(0).Max());
        for (long now = 0; now <= last; now += _file.IntervalMs)
        {
            foreach (var rule in _rules)
            {
                Evaluate(rule, now);
            }

            foreach (var alert in _test.Alerts.Where(a => now <= a.TimeMs && a.TimeMs < now + _file.IntervalMs))
            {
                Judge(alert.Line, $"alert {alert.Alert} at {alert.TimeMs / 1000.0} s", CheckAlert(alert));
            }
        }

        foreach (var query in _test.Queries)
        {
            Judge(query.Line, $"{query.Expression} at {query.TimeMs / 1000.0} s", CheckQuery(query));
        }
    }

    void Evaluate(RuleUnderTest rule, long now)
    {
        try
        {
            rule.Evaluate(_samples, now, _cancellationToken);
        }
        catch (PromQlExecutionException e)
        {
            Judge(_test.Line, $"rule {rule.Name} at {now / 1000.0} s", $"the rule fails: {e.Message}");
        }
    }

    void Judge(int line, string what, string? problem)
    {
        if (problem is null)
        {
            _passed++;
            return;
        }

        string name = _test.Name.Length > 0 ? $"{_test.Name}: " : "";
        _failures.Add(new ScriptFailure(_file.File, line, name + what, problem));
    }

    string? CheckAlert(AlertTest test)
    {
        List<string> expected =
        [
            .. test.Expected.Select(e => Show(
                e.Labels.Append(new("alertname", test.Alert)), e.Annotations)).Order(StringComparer.Ordinal),
        ];
        List<string> given =
        [
            .. _rules.Where(r => r.Rule.Alert == test.Alert).SelectMany(static r => r.Firing)
                .Select(static a => Show(a.Labels, a.Annotations)).Order(StringComparer.Ordinal),
        ];
        return expected.SequenceEqual(given) ? null
            : $"expected {List(expected)}, got {List(given)}";
    }

    string? CheckQuery(QueryTest test)
    {
        QueryResult result;
        try
        {
            result = Engine.Instant(Engine.Prepare(test.Expression), test.TimeMs, _samples, _cancellationToken);
        }
        catch (Exception e) when (e is PromQlException or PromQlExecutionException)
        {
            return $"unexpected error: {e.Message}";
        }

        var evaluation = new ScriptEvaluation
        {
            Line = test.Line,
            Command = test.Expression,
            Query = test.Expression,
            IsRange = false,
            StartMs = test.TimeMs,
            EndMs = test.TimeMs,
            StepMs = 0,
        };
        if (result.Kind == QueryResultKind.Scalar && test.Expected.Count == 1)
        {
            evaluation.Scalar = SeriesLine.ParseNumber(test.Expected[0].Value);
        }
        else
        {
            evaluation.Series.AddRange(test.Expected.Select(static e =>
                SeriesLine.Parse($"{(e.Labels.Length == 0 ? "{}" : e.Labels)} {e.Value}")));
        }

        return ResultChecker.Check(evaluation, result);
    }

    static string List(List<string> alerts) => alerts.Count == 0 ? "no firing alert" : string.Join("; ", alerts);

    static string Show(
        IEnumerable<KeyValuePair<string, string>> labels, IEnumerable<KeyValuePair<string, string>> annotations)
    {
        static string Text(IEnumerable<KeyValuePair<string, string>> pairs) => string.Join(
            ", ", pairs.Where(static p => p.Value.Length > 0).OrderBy(static p => p.Key, StringComparer.Ordinal)
                .Select(static p => $"{p.Key}={QuotedText.Quote(p.Value)}"));
        return $"labels {{{Text(labels)}}} annotations {{{Text(annotations)}}}";
    }
}
