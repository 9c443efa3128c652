using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Metrics;

/// <summary>What is wrong with a pattern is told of the text that somebody wrote, not of what is made of it.</summary>
public sealed class PatternErrorTests
{
    [Theory]
    [InlineData("web(1", "Not enough )'s, at character 5.")]
    [InlineData("web)1", "Too many )'s, at character 4.")]
    [InlineData("a)|(b", "Too many )'s, at character 2.")]
    [InlineData("[web", "Unterminated [] set, at character 4.")]
    [InlineData(@"web\", @"Illegal \ at end of pattern, at character 4.")]
    [InlineData(@"(a)\1", "Back-references, look-around and atomic groups cannot be matched in linear time.")]
    [InlineData("((a{100}){100}){100}", "It repeats too much to be matched in linear time.")]
    public void The_reason_names_the_place_in_the_users_pattern(string pattern, string reason) =>
        Assert.Equal(
            reason,
            Assert.Throws<ArgumentException>(
                () => new LabelMatcher("host", MatchOperator.RegexMatch, pattern)).Message);
}
