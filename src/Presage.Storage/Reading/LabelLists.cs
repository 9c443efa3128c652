using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Names and values of the labels of selected series of one index. Of a few series the keys are read; of many the
/// postings are met, so that millions of series cost neither time nor memory each.
/// </summary>
static class LabelLists
{
    const int FewMax = 4096;

    /// <summary>Gives the key of a series of the index.</summary>
    public delegate ReadOnlySpan<byte> KeyOf(int number);

    /// <summary>Adds the values that a label has in these series (ascending).</summary>
    public static void AddValues(ILabelIndex index, string name, int[] series, KeyOf keyOf, SortedSet<string> values)
    {
        if (series.Length > FewMax)
        {
            foreach (string value in index.ValuesOf(name))
            {
                if (!values.Contains(value) && Selection.Meet(series, index.Of(name, value)))
                {
                    values.Add(value);
                }
            }

            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(name);
        foreach (int number in series)
        {
            var value = SeriesKey.ValueOf(keyOf(number), bytes);
            if (!value.IsEmpty)
            {
                values.Add(Encoding.UTF8.GetString(value));
            }
        }
    }

    /// <summary>Adds the names of the labels of these series (ascending).</summary>
    public static void AddNames(ILabelIndex index, int[] series, KeyOf keyOf, SortedSet<string> names)
    {
        if (series.Length > FewMax)
        {
            foreach (string name in index.Names())
            {
                if (!names.Contains(name) &&
                    index.ValuesOf(name).Any(value => Selection.Meet(series, index.Of(name, value))))
                {
                    names.Add(name);
                }
            }

            return;
        }

        foreach (int number in series)
        {
            var reader = new SeriesKeyReader(keyOf(number));
            while (reader.Read(out var name, out _))
            {
                names.Add(Encoding.UTF8.GetString(name));
            }
        }
    }
}
