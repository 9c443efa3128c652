using Presage.Detection;
using Presage.Metrics;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>Rows of a host's history with what stands in them.</summary>
/// <param name="Values">Row by row; NaN where there was no value.</param>
/// <param name="TimesMs">The time of each row.</param>
sealed record RowHistory(HostColumns Columns, double[] Values, IReadOnlyList<long> TimesMs)
{
    public int Rows => TimesMs.Count;

    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * Columns.Count, Columns.Count);

    /// <summary>The values of one column.</summary>
    public double[] Column(int column)
    {
        double[] values = new double[Rows];
        for (int row = 0; row < values.Length; row++)
        {
            values[row] = Values[(row * Columns.Count) + column];
        }

        return values;
    }

    /// <summary>The rows from some time on.</summary>
    public RowHistory Since(long fromMs)
    {
        int first = 0;
        while (first < Rows && TimesMs[first] < fromMs)
        {
            first++;
        }

        return first == 0
            ? this
            : new RowHistory(Columns, Values[(first * Columns.Count)..], [.. TimesMs.Skip(first)]);
    }

    /// <summary>The same without the rows of some stretches of time.</summary>
    public RowHistory Without(IReadOnlyList<TimeRange> ranges)
    {
        if (ranges.Count == 0)
        {
            return this;
        }

        int[] kept =
        [
            .. Enumerable.Range(0, Rows).Where(row =>
                !ranges.Any(range => TimesMs[row] >= range.FromMs && TimesMs[row] <= range.ToMs)),
        ];
        double[] values = new double[kept.Length * Columns.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            Row(kept[i]).CopyTo(values.AsSpan(i * Columns.Count));
        }

        return new RowHistory(Columns, values, [.. kept.Select(row => TimesMs[row])]);
    }

    /// <summary>
    /// Puts columns together, leaving out rows in which nothing is, or too few samples for rates were there.
    /// </summary>
    public static RowHistory Of(
        Dictionary<(VitalSign Vital, string Per), double[]> found,
        int rows,
        HostColumns? columns,
        double presenceMin,
        long fromMs,
        long stepMs)
    {
        var present = Present(found.Values, rows);
        if (columns?.HasRates ?? found.Any(pair => pair.Key.Vital.IsRate && IsColumn(pair.Value)))
        {
            var rates = found.Where(static pair => pair.Key.Vital.IsRate).Select(static pair => pair.Value);
            present = Present(rates, rows);
        }

        columns ??= new HostColumns(
        [
            .. found.Where(pair => IsColumn(pair.Value))
                .Select(static pair => pair.Key)
                .OrderBy(static key => OrderOf(key.Vital))
                .ThenBy(static key => key.Per, StringComparer.Ordinal)
                .Take(HostModel.MetricsMax),
        ]);
        double[] values = new double[present.Count * columns.Count];
        Array.Fill(values, double.NaN);
        foreach (var (key, column) in found)
        {
            if (columns.Of(key.Vital, key.Per) is >= 0 and int at)
            {
                for (int i = 0; i < present.Count; i++)
                {
                    values[(i * columns.Count) + at] = column[present[i]];
                }
            }
        }

        return new RowHistory(columns, values, [.. present.Select(row => fromMs + (row * stepMs))]);

        bool IsColumn(double[] column) =>
            column.Count(static value => !double.IsNaN(value)) > presenceMin * present.Count;
    }

    /// <summary>The rows in which at least one of some columns has a value.</summary>
    static List<int> Present(IEnumerable<double[]> columns, int rows)
    {
        bool[] isPresent = new bool[rows];
        foreach (double[] column in columns)
        {
            for (int row = 0; row < rows; row++)
            {
                isPresent[row] |= !double.IsNaN(column[row]);
            }
        }

        return [.. Enumerable.Range(0, rows).Where(row => isPresent[row])];
    }

    static int OrderOf(VitalSign vital)
    {
        var all = VitalCatalogue.Default.Vitals;
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Id == vital.Id)
            {
                return i;
            }
        }

        return all.Count;
    }
}
