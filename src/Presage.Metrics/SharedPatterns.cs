using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Presage.Metrics;

/// <summary>
/// Compiled patterns by their text. An automaton of <see cref="RegexOptions.NonBacktracking"/> takes about a megabyte
/// and ten milliseconds to make, and the same few patterns stand in dozens of expressions.
/// </summary>
static class SharedPatterns
{
    /// <summary>Beyond this many patterns all are forgotten; those in use live on with their matchers.</summary>
    const int PatternsMax = 256;

    const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    static readonly ConcurrentDictionary<string, Regex> Known = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The pattern is not a regular expression that matches in linear
    /// time.</exception>
    public static Regex Of(string pattern)
    {
        if (Known.TryGetValue(pattern, out var known))
        {
            return known;
        }

        try
        {
            var regex = new Regex($"^(?:{pattern})\\z", Options);
            if (Known.Count >= PatternsMax)
            {
                Known.Clear();
            }

            return Known.GetOrAdd(pattern, regex);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException(
                $"Pattern \"{pattern}\" cannot be matched in linear time: {e.Message}", nameof(pattern), e);
        }
    }
}
