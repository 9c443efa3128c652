namespace Presage.Metrics;

/// <summary>How a <see cref="LabelMatcher"/> compares: <c>=</c>, <c>!=</c>, <c>=~</c>, <c>!~</c>.</summary>
public enum MatchOperator
{
    Equal,
    NotEqual,
    RegexMatch,
    RegexNoMatch,
}
