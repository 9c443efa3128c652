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

    const RegexOptions Grammar = RegexOptions.CultureInvariant | RegexOptions.Singleline;

    static readonly ConcurrentDictionary<string, Regex> Known = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">
    /// The pattern is not a regular expression that matches in linear time; the message says why, in terms of the
    /// pattern as it was written.
    /// </exception>
    public static Regex Of(string pattern)
    {
        if (Known.TryGetValue(pattern, out var known))
        {
            return known;
        }

        try
        {
            // By itself first: what is wrong is told of the user's own text, and "a)|(b" does not pass for two groups.
            _ = new Regex(pattern, Grammar);
            var regex = new Regex($"^(?:{pattern})\\z", Grammar | RegexOptions.NonBacktracking);
            if (Known.Count >= PatternsMax)
            {
                Known.Clear();
            }

            return Known.GetOrAdd(pattern, regex);
        }
        catch (RegexParseException e)
        {
            throw new ArgumentException(Reason(e), e);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException(
                e.Message.Contains(" conjunction ", StringComparison.Ordinal)
                    ? "Back-references, look-around and atomic groups cannot be matched in linear time."
                    : "It repeats too much to be matched in linear time.",
                e);
        }
    }

    /// <summary>
    /// "Not enough )'s, at character 5." of "Invalid pattern 'web(1' at offset 5. Not enough )'s.": the pattern is
    /// known to whoever wrote it.
    /// </summary>
    static string Reason(RegexParseException e)
    {
        string place = $"at offset {e.Offset}. ";
        int at = e.Message.IndexOf(place, StringComparison.Ordinal);
        return at < 0 ? e.Message : $"{e.Message[(at + place.Length)..].TrimEnd('.')}, at character {e.Offset}.";
    }
}
