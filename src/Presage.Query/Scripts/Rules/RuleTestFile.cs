using Presage.Metrics;

namespace Presage.Query.Scripts.Rules;

/// <summary>A file of rule unit tests (promtool's format), read.</summary>
/// <param name="File">Its name, for messages.</param>
/// <param name="Groups">The groups of the rule files it names, in the order they are evaluated.</param>
/// <param name="IntervalMs">The time between two evaluations of the rules.</param>
/// <param name="Tests">The tests.</param>
public sealed record RuleTestFile(
    string File, IReadOnlyList<TestedGroup> Groups, long IntervalMs, IReadOnlyList<RuleTest> Tests);

/// <param name="Name">The group's name.</param>
/// <param name="Rules">Its rules, evaluated one after the other.</param>
public sealed record TestedGroup(string Name, IReadOnlyList<TestedRule> Rules);

/// <summary>A recording rule (<paramref name="Record"/>) or an alerting rule (<paramref name="Alert"/>).</summary>
public sealed record TestedRule(
    string? Record,
    string? Alert,
    string Expression,
    long ForMs,
    long KeepFiringMs,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations);

/// <param name="Name">What the test calls itself; may be empty.</param>
/// <param name="Line">Its line in the file.</param>
/// <param name="IntervalMs">The time between two values of the input series.</param>
/// <param name="Input">Input series: the series and its values, in the language of test scripts.</param>
/// <param name="Alerts">What must be firing when.</param>
/// <param name="Queries">What queries must give when.</param>
/// <param name="ExternalLabels">Labels that templates know as external.</param>
public sealed record RuleTest(
    string Name,
    int Line,
    long IntervalMs,
    IReadOnlyList<(string Series, string Values)> Input,
    IReadOnlyList<AlertTest> Alerts,
    IReadOnlyList<QueryTest> Queries,
    IReadOnlyDictionary<string, string> ExternalLabels);

/// <param name="Line">Its line in the file.</param>
/// <param name="TimeMs">When to look.</param>
/// <param name="Alert">The alert's name.</param>
/// <param name="Expected">Labels and annotations of each firing alert.</param>
public sealed record AlertTest(int Line, long TimeMs, string Alert, IReadOnlyList<ExpectedAlert> Expected);

public sealed record ExpectedAlert(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);

/// <param name="Line">Its line in the file.</param>
/// <param name="TimeMs">When to ask.</param>
/// <param name="Expression">What to ask.</param>
/// <param name="Expected">The samples: labels, and a value or a histogram literal.</param>
public sealed record QueryTest(
    int Line, long TimeMs, string Expression, IReadOnlyList<(string Labels, string Value)> Expected);
