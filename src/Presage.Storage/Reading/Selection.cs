using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Finds the series that satisfy matchers, by postings alone: equal values intersect, patterns unite the values they
/// match first, and matchers that an absent label satisfies take away what they refuse.
/// </summary>
static class Selection
{
    /// <summary>The numbers of the series, ascending; of one host's only, when one is given.</summary>
    public static int[] Select(ILabelIndex index, IReadOnlyList<LabelMatcher> matchers, string? host)
    {
        int[]? found = host is null ? null : index.OfHost(host).ToArray();
        foreach (var matcher in matchers)
        {
            if (found is { Length: 0 })
            {
                return found;
            }

            if (!matcher.MatchesEmpty)
            {
                var these = matcher.Operator == MatchOperator.Equal
                    ? index.Of(matcher.Name, matcher.Value)
                    : Unite(index, matcher, wanted: true);
                found = found is null ? these.ToArray() : Intersect(found, these);
            }
        }

        foreach (var matcher in matchers)
        {
            if (matcher.MatchesEmpty)
            {
                found = Except(found ?? index.All(), Unite(index, matcher, wanted: false));
            }
        }

        return found ?? index.All().ToArray();
    }

    /// <summary>Whether two ascending lists have a number in common.</summary>
    public static bool Meet(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var few = a.Length <= b.Length ? a : b;
        var many = a.Length <= b.Length ? b : a;
        foreach (int id in few)
        {
            many = many[Advance(many, id)..];
            if (many.IsEmpty || many[0] == id)
            {
                return !many.IsEmpty;
            }
        }

        return false;
    }

    static int[] Unite(ILabelIndex index, LabelMatcher matcher, bool wanted)
    {
        var all = new List<int>();
        int parts = 0;
        foreach (string value in index.ValuesOf(matcher.Name))
        {
            if (matcher.Matches(value) == wanted)
            {
                all.AddRange(index.Of(matcher.Name, value));
                parts++;
            }
        }

        int[] ids = [.. all];
        if (parts > 1)
        {
            // A series has one value per label, so there are no doubles to remove.
            Array.Sort(ids);
        }

        return ids;
    }

    static int[] Intersect(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        if (a.Length > b.Length)
        {
            var swap = a;
            a = b;
            b = swap;
        }

        int[] both = new int[a.Length];
        int count = 0;
        foreach (int id in a)
        {
            int at = Advance(b, id);
            b = b[at..];
            if (!b.IsEmpty && b[0] == id)
            {
                both[count++] = id;
            }
        }

        return both[..count];
    }

    static int[] Except(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int[] rest = new int[a.Length];
        int count = 0;
        foreach (int id in a)
        {
            b = b[Advance(b, id)..];
            if (b.IsEmpty || b[0] != id)
            {
                rest[count++] = id;
            }
        }

        return rest[..count];
    }

    /// <summary>The position of the first number not below the given one: doubling steps, then halving ones.</summary>
    static int Advance(ReadOnlySpan<int> ids, int id)
    {
        int step = 1;
        while (step < ids.Length && ids[step - 1] < id)
        {
            step *= 2;
        }

        int from = step / 2, to = Math.Min(step, ids.Length);
        while (from < to)
        {
            int middle = (from + to) >> 1;
            if (ids[middle] < id)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }
}
