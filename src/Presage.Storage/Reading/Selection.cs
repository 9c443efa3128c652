using System.Numerics;
using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Finds the series that satisfy matchers, by postings alone: equal values intersect, patterns unite the values they
/// match first, and matchers that an absent label satisfies take away what they refuse.
/// </summary>
static class Selection
{
    /// <summary>Of so many series the labels are looked at one by one, rather than postings met.</summary>
    const int FewMax = 1024;

    /// <summary>The numbers of the series, ascending; of one host's only, when one is given.</summary>
    /// <param name="index">The series.</param>
    /// <param name="matchers">What they satisfy.</param>
    /// <param name="host">The host; null for all.</param>
    /// <param name="keyOf">Gives the key of a series, where that costs little.</param>
    public static int[] Select(
        ILabelIndex index, IReadOnlyList<LabelMatcher> matchers, string? host, LabelLists.KeyOf? keyOf = null)
    {
        int[]? found = host is null ? null : index.OfHost(host).ToArray();
        foreach (var matcher in matchers)
        {
            if (IsEqual(matcher) && found is not { Length: 0 })
            {
                var these = index.Of(matcher.Name, matcher.Value);
                found = found is null ? these.ToArray() : Intersect(found, these);
            }
        }

        foreach (var matcher in matchers)
        {
            if (found is { Length: 0 })
            {
                return found;
            }

            if (!IsEqual(matcher))
            {
                found = found is { Length: <= FewMax } && keyOf is not null
                    ? Filter(found, matcher, keyOf)
                    : Narrow(index, found, matcher);
            }
        }

        return found ?? index.All().ToArray();
    }

    static bool IsEqual(LabelMatcher matcher) => matcher is { Operator: MatchOperator.Equal, Value.Length: > 0 };

    static int[] Narrow(ILabelIndex index, int[]? found, LabelMatcher matcher)
    {
        if (matcher.MatchesEmpty)
        {
            return Except(found ?? index.All(), Unite(index, matcher, wanted: false));
        }

        int[] these = Unite(index, matcher, wanted: true);
        return found is null ? these : Intersect(found, these);
    }

    static int[] Filter(int[] found, LabelMatcher matcher, LabelLists.KeyOf keyOf)
    {
        byte[] name = Encoding.UTF8.GetBytes(matcher.Name);
        byte[] last = [];
        bool matches = matcher.MatchesEmpty;
        int kept = 0;
        foreach (int id in found)
        {
            // Neighbours often have the same value.
            var value = SeriesKey.ValueOf(keyOf(id), name);
            if (!value.SequenceEqual(last))
            {
                last = value.ToArray();
                matches = matcher.Matches(Encoding.UTF8.GetString(last));
            }

            found[kept] = id;
            kept += matches ? 1 : 0;
        }

        return found[..kept];
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
            Sort(ids);
        }

        return ids;
    }

    /// <summary>
    /// Sorts numbers that are all different (a series has one value per label), many by marking them.
    /// </summary>
    static void Sort(int[] ids)
    {
        const int Many = 256, Dense = 64;
        int bound = ids.Length < Many ? 0 : ids.Max() + 1;
        if (bound == 0 || bound / Dense > ids.Length)
        {
            Array.Sort(ids);
            return;
        }

        ulong[] marks = new ulong[(bound + 63) / 64];
        foreach (int id in ids)
        {
            marks[id / 64] |= 1UL << (id % 64);
        }

        int at = 0;
        for (int i = 0; i < marks.Length; i++)
        {
            for (ulong left = marks[i]; left != 0; left &= left - 1)
            {
                ids[at++] = (i * 64) + BitOperations.TrailingZeroCount(left);
            }
        }
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
