using System.Text.RegularExpressions;

namespace Presage.Metrics;

/// <summary>
/// One condition on a label, as in <c>{mountpoint=~"/var.*"}</c>. A missing label has the empty value. Regular
/// expressions are anchored at both ends (Prometheus), matched without backtracking, so that no pattern can hang the
/// server.
/// </summary>
public sealed class LabelMatcher
{
    readonly Regex? _regex;
    readonly PlainPattern? _plain;

    /// <exception cref="ArgumentException">The pattern is not a regular expression Presage can match in linear
    /// time.</exception>
    public LabelMatcher(string name, MatchOperator matchOperator, string value)
    {
        Name = name;
        Operator = matchOperator;
        Value = value;
        if (matchOperator is MatchOperator.RegexMatch or MatchOperator.RegexNoMatch)
        {
            _plain = PlainPattern.Parse(value);
            _regex = _plain is null ? SharedPatterns.Of(value) : null;
        }
    }

    public string Name { get; }

    public MatchOperator Operator { get; }

    public string Value { get; }

    /// <summary>
    /// Whether a series without this label satisfies the matcher; such a matcher cannot narrow by postings alone.
    /// </summary>
    public bool MatchesEmpty => Matches("");

    /// <summary>Whether a label value satisfies this matcher.</summary>
    public bool Matches(string value) => Operator switch
    {
        MatchOperator.Equal => string.Equals(value, Value, StringComparison.Ordinal),
        MatchOperator.NotEqual => !string.Equals(value, Value, StringComparison.Ordinal),
        MatchOperator.RegexMatch => MatchesPattern(value),
        _ => !MatchesPattern(value),
    };

    /// <summary>Whether a label set satisfies this matcher.</summary>
    public bool Matches(LabelSet labels) => Matches(labels[Name]);

    bool MatchesPattern(string value) => _plain is not null ? _plain.Matches(value) : _regex!.IsMatch(value);

    public override string ToString()
    {
        string sign = Operator switch
        {
            MatchOperator.Equal => "=",
            MatchOperator.NotEqual => "!=",
            MatchOperator.RegexMatch => "=~",
            _ => "!~",
        };
        string escaped = Value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"{Name}{sign}\"{escaped}\"";
    }
}
