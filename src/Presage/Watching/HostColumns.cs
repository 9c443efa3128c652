using Presage.Metrics;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// What stands in which column of a host's rows: a vital sign, of several per host the mount point or device. In the
/// catalogue's order, then by name, so that two like hosts have like columns.
/// </summary>
sealed class HostColumns
{
    readonly Dictionary<(string Vital, string Per), int> _index = [];

    public HostColumns(IReadOnlyList<(VitalSign Vital, string Per)> columns)
    {
        All = columns;
        HasRates = columns.Any(static column => column.Vital.IsRate);
        for (int i = 0; i < columns.Count; i++)
        {
            _index.Add((columns[i].Vital.Id, columns[i].Per), i);
        }
    }

    public IReadOnlyList<(VitalSign Vital, string Per)> All { get; }

    /// <summary>
    /// Whether rates are among them: a row without any of those is of a moment with too few samples, after a gap or
    /// where a host has begun to send less often. It says nothing of the host.
    /// </summary>
    public bool HasRates { get; }

    public int Count => All.Count;

    /// <summary>The column of a reading; -1 where there is none.</summary>
    public int Of(VitalSign vital, string per) => _index.GetValueOrDefault((vital.Id, per), -1);

    /// <summary>The key of a column as readings have it: <c>filesystem_use{mountpoint="/"}</c>.</summary>
    public string KeyOf(int column)
    {
        var (vital, per) = All[column];
        return per.Length == 0 || vital.Per is null
            ? vital.Id
            : LabelSet.OfMetric(vital.Id, new Label(vital.Per, per)).ToString();
    }

    /// <summary>
    /// The same columns for another host, whose disks and mount points have names of their own: the first disk stands
    /// for the first disk. Null where the other one has too little in common.
    /// </summary>
    /// <param name="present">What the other host reports, in the order of columns.</param>
    public HostColumns? For(IReadOnlyList<(VitalSign Vital, string Per)> present)
    {
        var columns = new List<(VitalSign Vital, string Per)>();
        int shared = 0;
        foreach (var group in All.GroupBy(static column => column.Vital.Id))
        {
            var theirs = present.Where(one => one.Vital.Id == group.Key).ToList();
            int at = 0;
            foreach (var column in group)
            {
                shared += at < theirs.Count ? 1 : 0;
                columns.Add(at < theirs.Count ? theirs[at] : (column.Vital, $"?{column.Per}"));
                at++;
            }
        }

        return shared * 5 >= 4 * Math.Max(Count, present.Count) ? new HostColumns(columns) : null;
    }
}
