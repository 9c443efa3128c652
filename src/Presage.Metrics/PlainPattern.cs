// Hot path: once per value of a label when series are selected by a pattern.
using System.Buffers;

namespace Presage.Metrics;

/// <summary>
/// Patterns as people write them most: texts with <c>.*</c> or <c>.+</c> at their ends, one or several between bars
/// (<c>web.*|db-1</c>). They are compared as texts, which is many times faster than a regular expression.
/// </summary>
sealed class PlainPattern
{
    static readonly SearchValues<char> Special = SearchValues.Create(@"\.+*?()|[]{}^$");

    readonly Part[] _parts;

    PlainPattern(Part[] parts) => _parts = parts;

    /// <summary>The pattern, or null where it takes a regular expression.</summary>
    public static PlainPattern? Parse(string pattern)
    {
        var parts = new List<Part>();
        foreach (var range in pattern.AsSpan().Split('|'))
        {
            var text = pattern.AsSpan(range);
            var start = Take(ref text, atStart: true);
            var end = Take(ref text, atStart: false);
            if (text.ContainsAny(Special))
            {
                return null;
            }

            parts.Add(new Part(text.ToString(), start, end));
        }

        return new PlainPattern([.. parts]);
    }

    public bool Matches(string value)
    {
        foreach (ref readonly var part in _parts.AsSpan())
        {
            if (part.Matches(value))
            {
                return true;
            }
        }

        return false;
    }

    static Open Take(ref ReadOnlySpan<char> text, bool atStart)
    {
        if (text.Length < 2)
        {
            return Open.No;
        }

        var two = atStart ? text[..2] : text[^2..];
        var open = two is ".*" ? Open.Any : two is ".+" ? Open.Some : Open.No;
        text = open == Open.No ? text : atStart ? text[2..] : text[..^2];
        return open;
    }

    /// <summary>What may stand before or behind a text.</summary>
    enum Open
    {
        No,
        Any,
        Some,
    }

    readonly record struct Part(string Text, Open Start, Open End)
    {
        public bool Matches(string value)
        {
            int from = Start == Open.Some ? 1 : 0, to = value.Length - (End == Open.Some ? 1 : 0);
            if (to < from)
            {
                return false;
            }

            var middle = value.AsSpan(from, to - from);
            return (Start, End) switch
            {
                (Open.No, Open.No) => middle.SequenceEqual(Text),
                (Open.No, _) => middle.StartsWith(Text),
                (_, Open.No) => middle.EndsWith(Text),
                _ => middle.Contains(Text, StringComparison.Ordinal),
            };
        }
    }
}
