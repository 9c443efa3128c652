// Hot path: once per series; hashes the labels that matter in place, allocates only for a new group.
using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// Numbers groups of series that agree in some labels (<c>by</c>, <c>on</c>) or in all but some (<c>without</c>,
/// <c>ignoring</c>; the name never counts there, nor do type and unit
/// where these go with the name, unless <paramref name="typesCount"/>, as in matching).
/// </summary>
sealed class LabelGrouping(IReadOnlyList<string> names, bool without, QueryRun run, bool typesCount = false)
{
    readonly string[] _names = [.. names];
    readonly bool _ignoresTypes = run.TypeAndUnit && !typesCount;
    readonly Dictionary<int, int> _firstByHash = [];
    readonly List<(LabelSet Labels, bool NameDropped, int NextWithSameHash)> _groups = [];

    int _last = -1;

    public int Count => _groups.Count;

    /// <summary>The groups as they were found, or sorted by their labels where that is wanted.</summary>
    public IEnumerable<int> InOrder(SeriesOrder order)
    {
        int[] numbers = [.. Enumerable.Range(0, _groups.Count)];
        if (run.IsSorted(order))
        {
            LabelSet[] labels = [.. numbers.Select(LabelsOf)];
            Array.Sort(labels, numbers);
        }

        return numbers;
    }

    /// <summary>The group of a series, made when it is new.</summary>
    public int GroupOf(in StepSeries series) => _last = IsLast(series) ? _last : Search(series);

    /// <summary>Neighbours often belong to one group.</summary>
    bool IsLast(in StepSeries series) => _last >= 0
        && SameGroup(_groups[_last].Labels, _groups[_last].NameDropped, series.RawLabels, series.NameDropped);

    int Search(in StepSeries series)
    {
        int hash = Hash(series);
        bool known = _firstByHash.TryGetValue(hash, out int first);
        if (known && FindIn(first, series) is >= 0 and var found)
        {
            return found;
        }

        _groups.Add((series.RawLabels, series.NameDropped, known ? first : -1));
        _firstByHash[hash] = _groups.Count - 1;
        return _groups.Count - 1;
    }

    /// <summary>The group of a series, or -1 when no series made it.</summary>
    public int Find(in StepSeries series) =>
        _firstByHash.TryGetValue(Hash(series), out int first) ? FindIn(first, series) : -1;

    /// <summary>The labels all series of the group agree in.</summary>
    public LabelSet LabelsOf(int group) => Reduce(_groups[group].Labels, _groups[group].NameDropped);

    /// <summary>The labels of a set that count for grouping.</summary>
    public LabelSet Reduce(LabelSet labels, bool nameDropped)
    {
        var reduced = without ? run.WithoutName(labels.Without(_names)) : labels.Only(_names);
        return nameDropped && !run.DelaysNameRemoval ? run.WithoutName(reduced) : reduced;
    }

    int FindIn(int group, in StepSeries series)
    {
        while (group >= 0)
        {
            var (labels, dropped, next) = _groups[group];
            if (SameGroup(labels, dropped, series.RawLabels, series.NameDropped))
            {
                return group;
            }

            group = next;
        }

        return -1;
    }

    int Hash(in StepSeries series)
    {
        int hash = 17;
        if (!without)
        {
            foreach (string name in _names)
            {
                hash = (hash * 31) + ValueOf(series.RawLabels, series.NameDropped,
                    name).GetHashCode(StringComparison.Ordinal);
            }

            return hash;
        }

        foreach (ref readonly var label in series.RawLabels.Labels)
        {
            if (Counts(label.Name))
            {
                hash = (hash * 31) + label.Name.GetHashCode(StringComparison.Ordinal);
                hash = (hash * 31) + label.Value.GetHashCode(StringComparison.Ordinal);
            }
        }

        return hash;
    }

    bool SameGroup(LabelSet a, bool aDropped, LabelSet b, bool bDropped)
    {
        if (!without)
        {
            foreach (string name in _names)
            {
                if (ValueOf(a, aDropped, name) != ValueOf(b, bDropped, name))
                {
                    return false;
                }
            }

            return true;
        }

        return SameRest(a.Labels, b.Labels);
    }

    bool SameRest(ReadOnlySpan<Label> a, ReadOnlySpan<Label> b)
    {
        int i = 0, j = 0;
        while (true)
        {
            while (i < a.Length && !Counts(a[i].Name))
            {
                i++;
            }

            while (j < b.Length && !Counts(b[j].Name))
            {
                j++;
            }

            if (i == a.Length || j == b.Length)
            {
                return i == a.Length && j == b.Length;
            }

            if (a[i++] != b[j++])
            {
                return false;
            }
        }
    }

    bool Counts(string name)
    {
        if (name == LabelNames.MetricName || (_ignoresTypes && name is "__type__" or "__unit__"))
        {
            return false;
        }

        return !_names.AsSpan().Contains(name);
    }

    string ValueOf(LabelSet labels, bool dropped, string name) =>
        dropped && !run.DelaysNameRemoval && name == LabelNames.MetricName ? "" : labels[name];
}
