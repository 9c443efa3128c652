using System.Collections.Concurrent;
using System.Text;

namespace Presage.Metrics;

/// <summary>
/// Shares the strings of label names, of which a whole fleet has a few hundred, so that a million series do not hold a
/// million copies of "instance".
/// </summary>
static class LabelText
{
    /// <summary>
    /// More names than any sane set-up has; beyond it, strings are no longer shared, nothing else changes.
    /// </summary>
    const int InternedMax = 10_000;

    static readonly ConcurrentDictionary<string, string> Interned = new(StringComparer.Ordinal);

    public static string Intern(ReadOnlySpan<byte> utf8)
    {
        Span<char> chars = stackalloc char[128];
        if (utf8.Length > 128)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var text = chars[..Encoding.UTF8.GetChars(utf8, chars)];
        var lookup = Interned.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out string? known))
        {
            return known;
        }

        string fresh = text.ToString();
        return Interned.Count < InternedMax ? Interned.GetOrAdd(fresh, fresh) : fresh;
    }
}
