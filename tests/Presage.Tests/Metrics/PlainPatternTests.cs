using System.Text.RegularExpressions;
using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Metrics;

/// <summary>Plain patterns are compared as texts; what comes out is what a regular expression says.</summary>
public sealed class PlainPatternTests
{
    static readonly string[] Pieces = ["a", "ab", "b", ".*", ".+", "|", ".", "", "ä", "-"];
    static readonly string[] Values = ["", "a", "b", "ab", "ba", "aab", "abab", "xay", "a\nb", "ä", "-a-", "aa"];

    [Fact]
    public void Every_pattern_of_some_pieces_matches_what_a_regular_expression_matches()
    {
        foreach (string pattern in Patterns(3))
        {
            var regex = new Regex($"^(?:{pattern})\\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
            var matcher = new LabelMatcher("x", MatchOperator.RegexMatch, pattern);
            foreach (string value in Values)
            {
                Assert.True(regex.IsMatch(value) == matcher.Matches(value), $"{pattern} on {value}");
            }
        }
    }

    static IEnumerable<string> Patterns(int pieces) => pieces == 0
        ? [""]
        : Patterns(pieces - 1).SelectMany(static p => Pieces.Select(piece => p + piece))
            .Where(static p => !p.Contains(".+.+", StringComparison.Ordinal) && IsValid(p)).Distinct();

    static bool IsValid(string pattern)
    {
        // ".*+" and its like nest quantifiers: no pattern in either language.
        return !Regex.IsMatch(pattern, @"[*+][*+]");
    }
}
