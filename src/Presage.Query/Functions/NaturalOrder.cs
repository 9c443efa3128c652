using Presage.Metrics;

namespace Presage.Query.Functions;

/// <summary>
/// The order people expect of names: numbers inside a text compare as numbers, so that a2 comes before a10.
/// </summary>
static class NaturalOrder
{
    /// <summary>Compares by the named labels in turn, then by all labels.</summary>
    public static int Compare(LabelSet a, LabelSet b, string[] names)
    {
        foreach (string name in names)
        {
            int order = Compare(a[name], b[name]);
            if (order != 0)
            {
                return order;
            }
        }

        return a.CompareTo(b);
    }

    static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int aDigits = Leading(a), bDigits = Leading(b);
            if (aDigits > 0 && bDigits > 0)
            {
                var x = a[..aDigits].TrimStart('0');
                var y = b[..bDigits].TrimStart('0');
                int order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
                order = order != 0 ? order : aDigits.CompareTo(bDigits);
                if (order != 0)
                {
                    return order;
                }

                a = a[aDigits..];
                b = b[bDigits..];
                continue;
            }

            if (a[0] != b[0])
            {
                return a[0].CompareTo(b[0]);
            }

            a = a[1..];
            b = b[1..];
        }

        return a.Length.CompareTo(b.Length);
    }

    static int Leading(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
