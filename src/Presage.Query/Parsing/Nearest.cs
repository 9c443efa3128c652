namespace Presage.Query.Parsing;

/// <summary>Finds the name a user may have meant.</summary>
static class Nearest
{
    /// <summary>
    /// The candidate with the fewest edits, when these are at most a third of the word's length (and at least 1).
    /// </summary>
    public static string? To(string word, IEnumerable<string> candidates)
    {
        int best = Math.Max(1, word.Length / 3) + 1;
        string? nearest = null;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) < best && Distance(word, candidate) is var d && d < best)
            {
                best = d;
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, changes and swaps of neighbours (optimal string alignment).</summary>
    static int Distance(string a, string b)
    {
        int[] before = [], last = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int change = last[j] + (Same(a[i], b[j]) ? 0 : 1);
                row[j + 1] = Math.Min(change, Math.Min(last[j + 1], row[j]) + 1);
                if (i > 0 && j > 0 && Same(a[i], b[j - 1]) && Same(a[i - 1], b[j]))
                {
                    row[j + 1] = Math.Min(row[j + 1], before[j - 1] + 1);
                }
            }

            (before, last) = (last, row);
        }

        return last[^1];
    }

    static bool Same(char typed, char known) => char.ToLowerInvariant(typed) == char.ToLowerInvariant(known);
}
