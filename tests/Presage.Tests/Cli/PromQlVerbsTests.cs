using Presage.Cli;
using Xunit;

namespace Presage.Tests.Cli;

public sealed class PromQlVerbsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("presage-promql-").FullName;

    [Fact]
    public void Prints_what_failed_and_counts()
    {
        string good = Write("good.test", "load 1m\n  m 1 2\n\neval instant at 1m m\n  m 2\n");
        string bad = Write("bad.test", "load 1m\n  m 1 2\n\neval instant at 1m m\n  m 3\n");
        string unreadable = Write("broken.test", "lod 1m\n");

        var (code, text) = Run(PromQlVerbs.Test, good, bad, unreadable, Path.Combine(_folder, "none.test"));

        Assert.Equal(1, code);
        Assert.Contains($"{bad}:4: eval instant at 1m m\n    expected 3 at 60 s of m, got 2 at 60 s\n", text);
        Assert.Contains($"{unreadable}:1: unknown command \"lod\"", text);
        Assert.Contains("none.test: cannot be read", text);
        Assert.EndsWith("1 passed, 3 failed\n", text);
        Assert.Equal((0, "1 passed, 0 failed\n"), Run(PromQlVerbs.Test, good));
    }

    [Fact]
    public void Runs_unit_tests_of_rules()
    {
        Write("rules.yml", """
            groups:
              - name: node
                rules:
                  - record: instance:cpu:rate5m
                    expr: sum by (instance) (rate(cpu_seconds_total{mode!="idle"}[5m]))
                  - alert: InstanceDown
                    expr: up == 0
                    for: 5m
                    labels: { severity: page }
                    annotations:
                      summary: 'Instance {{ $labels.instance }}: {{ printf "%.1f" $value }}, {{ 1234567 | humanize }}'
            """);
        const string Tests = """
            rule_files: [rules.yml]
            tests:
              - name: down
                interval: 1m
                input_series:
                  - { series: 'up{instance="a"}', values: '1 1 0x14' }
                  - { series: 'cpu_seconds_total{mode="user", instance="a"}', values: '0+6x20' }
                alert_rule_test:
                  - { eval_time: 5m, alertname: InstanceDown }
                  - eval_time: 10m
                    alertname: InstanceDown
                    exp_alerts:
                      - exp_labels: { severity: page, instance: a }
                        exp_annotations: { summary: 'Instance a: 0.0, 1.235M' }
                promql_expr_test:
                  - expr: instance:cpu:rate5m
                    eval_time: 10m
                    exp_samples: [{ labels: 'instance:cpu:rate5m{instance="a"}', value: 0.1 }]
                  - expr: count(ALERTS{alertstate="firing"})
                    eval_time: 10m
                    exp_samples: [{ value: 1 }]
            """;
        string good = Write("good.yml", Tests);
        string bad = Write("bad.yml", Tests.Replace("eval_time: 5m", "eval_time: 8m"));
        string unknown = Write("unknown.yml", Tests.Replace("interval: 1m", "intervall: 1m"));

        Assert.Equal((0, "4 passed, 0 failed\n"), Run(PromQlVerbs.TestRules, good));
        var (code, text) = Run(PromQlVerbs.TestRules, bad, unknown);
        Assert.Equal(1, code);
        Assert.Contains($"{bad}:9: down: alert InstanceDown at 480 s\n    expected no firing alert, got labels", text);
        Assert.Contains($"{unknown}:4: unknown key `intervall`", text);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static (int Code, string Text) Run(
        Func<IReadOnlyList<string>, TextWriter, CancellationToken, int> verb, params string[] files)
    {
        var output = new StringWriter { NewLine = "\n" };
        int code = verb(files, output, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
