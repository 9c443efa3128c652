using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Selects series over head and blocks: all of them, or those of one host.</summary>
sealed class StoreSource(Head head, BlockTiers tiers, StoredSamples samples, RollupSettings rollups, string? host)
    : IRollupSource
{
    /// <summary>Series whose labels are made under one hold of an index' lock: some 100 us.</summary>
    const int SeriesPerLock = 64;

    readonly BlockList _blocks = tiers.Raw;

    public IReadOnlyList<RollupTier> Tiers => rollups.Tiers;

    public long OldestRawMs
    {
        get
        {
            var raw = _blocks.Current;
            Block[] written = [.. tiers.FiveMinutes.Current, .. tiers.OneHour.Current];
            long newestMs = written.Length == 0 ? long.MinValue : written.Max(static b => b.Totals.ToMs);
            long oldestMs = written.Length == 0 ? long.MinValue : written.Min(static b => b.Totals.FromMs);
            return raw.Length > 0
                ? (raw[0].Totals.FromMs <= oldestMs ? long.MinValue : raw[0].Totals.FromMs)
                : newestMs;
        }
    }

    public IReadOnlyList<IRollupSeries> SelectRollups(
        IReadOnlyList<LabelMatcher> matchers,
        TimeRange range,
        RollupTier tier
    )
    {
        var selection = new RollupSelection(tier, tiers, samples.Tombstones, rollups.HeadFromMs);
        return RollupSelector.Select(
            selection,
            span => SelectUnsorted(matchers, span),
            tiers.Of(tier).Report,
            matchers,
            range,
            host
        );
    }

    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var found = SelectUnsorted(matchers, range);
        Array.Sort(found, static (a, b) => a.Labels.CompareTo(b.Labels));
        return found;
    }

    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (matchers.Count == 0 && host is null)
        {
            ForEachIndex(range, index => names.UnionWith(index.Names()));
            return [.. names];
        }

        if (samples.Tombstones.IsEmpty)
        {
            ForEachSelected(
                matchers, range, (index, series, keyOf) => LabelLists.AddNames(index, series, keyOf, names));
            return [.. names];
        }

        foreach (var series in SelectUnsorted(matchers, range))
        {
            foreach (var label in series.Labels.Labels)
            {
                names.Add(label.Name);
            }
        }

        return [.. names];
    }

    public IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        if (matchers.Count == 0 && host is null)
        {
            ForEachIndex(range, index => values.UnionWith(index.ValuesOf(name)));
            return [.. values];
        }

        if (samples.Tombstones.IsEmpty)
        {
            ForEachSelected(
                matchers, range, (index, series, keyOf) => LabelLists.AddValues(index, name, series, keyOf, values));
            return [.. values];
        }

        foreach (var series in SelectUnsorted(matchers, range))
        {
            string value = series.Labels[name];
            if (value.Length > 0)
            {
                values.Add(value);
            }
        }

        return [.. values];
    }

    StoredSeries[] SelectUnsorted(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var found = new Dictionary<ulong, List<StoredSeries>>();
        var all = new List<StoredSeries>();

        // The head first: what a flush moves meanwhile is then seen at least once.
        foreach (var shard in ShardsAsked())
        {
            SelectInHead(shard, matchers, range, found, all);
        }

        var current = _blocks.Current;
        foreach (var block in current)
        {
            if (block.Overlaps(range))
            {
                SelectInBlock(block, matchers, found, all);
            }
        }

        var deletions = samples.Tombstones;
        if (!deletions.IsEmpty)
        {
            all.RemoveAll(series => deletions.For(series.Labels)
                .Any(d => d.FromMs <= range.FromMs && d.ToMs >= Math.Min(range.ToMs, series.NewestMs)));
        }

        foreach (var series in all)
        {
            series.Blocks = current;
            series.Range = range;
        }

        return [.. all];
    }

    void SelectInHead(
        Shard shard,
        IReadOnlyList<LabelMatcher> matchers,
        TimeRange range,
        Dictionary<ulong, List<StoredSeries>> found,
        List<StoredSeries> all
    )
    {
        // Labels are made for few series at a time, so that new series do not wait for a large answer. Numbers may be
        // given to other series in between: when any series left, those still to come are selected anew.
        var index = shard.Index;
        int[] ids = [];
        int at = 0, last = -1, removals = -1;
        do
        {
            lock (index.Lock)
            {
                if (removals != index.Removals)
                {
                    ids = Selection.Select(index, matchers, host);
                    removals = index.Removals;
                    at = FirstAbove(ids, last);
                }

                for (int end = Math.Min(at + SeriesPerLock, ids.Length); at < end; at++)
                {
                    last = ids[at];
                    AddSeries(index, last, range, found, all);
                }
            }
        }
        while (at < ids.Length);
    }

    static int FirstAbove(int[] ids, int id)
    {
        int at = Array.BinarySearch(ids, id);
        return at >= 0 ? at + 1 : ~at;
    }

    void AddSeries(
        HeadIndex index,
        int id,
        TimeRange range,
        Dictionary<ulong, List<StoredSeries>> found,
        List<StoredSeries> all
    )
    {
        ref var series = ref head.Series[id];
        if (series.LastMs >= range.FromMs && series.LastMs != long.MinValue)
        {
            var labels = index.LabelsOf(id, head.Keys[series.Key]);
            var selected = new StoredSeries(samples, labels, series.KeyHash)
            {
                HeadId = id,
                NewestMs = series.LastMs,
            };
            all.Add(selected);
            Note(found, selected);
        }
    }

    void SelectInBlock(
        Block block,
        IReadOnlyList<LabelMatcher> matchers,
        Dictionary<ulong, List<StoredSeries>> found,
        List<StoredSeries> all
    )
    {
        try
        {
            using var lease = block.Borrow();
            foreach (int number in Selection.Select(block, matchers, host))
            {
                var key = block.Key(number);
                ulong hash = SeriesKey.Hash(key);
                var series = Known(found, hash, key);
                if (series is null)
                {
                    series = new StoredSeries(samples, LabelSet.FromKey(key), hash, key.ToArray());
                    all.Add(series);
                    Note(found, series);
                }

                series.Add(block, number);
            }
        }
        catch (CorruptDataException e)
        {
            _blocks.Report(e);
        }
        catch (FormatException e)
        {
            _blocks.Report(new CorruptDataException(e.Message, block.Path));
        }
    }

    static StoredSeries? Known(Dictionary<ulong, List<StoredSeries>> found, ulong hash, ReadOnlySpan<byte> key)
    {
        if (found.TryGetValue(hash, out var same))
        {
            foreach (var series in same)
            {
                if (series.Key.SequenceEqual(key))
                {
                    return series;
                }
            }
        }

        return null;
    }

    static void Note(Dictionary<ulong, List<StoredSeries>> found, StoredSeries series)
    {
        if (!found.TryGetValue(series.KeyHash, out var same))
        {
            found.Add(series.KeyHash, same = new List<StoredSeries>(1));
        }

        same.Add(series);
    }

    Shard[] ShardsAsked() => host is null ? head.Shards : [head.ShardOf(host)];

    /// <summary>Visits the series of each index that satisfy the matchers and may hold samples in the range.</summary>
    void ForEachSelected(
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, Action<ILabelIndex, int[], LabelLists.KeyOf> visit) =>
        ForEachIndex(range, index =>
        {
            int[] series = Selection.Select(index, matchers, host);
            if (index is Block block)
            {
                visit(index, series, block.Key);
                return;
            }

            series = Array.FindAll(series, id => head.Series[id].LastMs is var last
                && last >= range.FromMs && last != long.MinValue);
            visit(index, series, id => head.Keys[head.Series[id].Key]);
        });

    void ForEachIndex(TimeRange range, Action<ILabelIndex> visit)
    {
        foreach (var shard in head.Shards)
        {
            lock (shard.Index.Lock)
            {
                visit(shard.Index);
            }
        }

        foreach (var block in _blocks.Current)
        {
            if (block.Overlaps(range))
            {
                try
                {
                    using var lease = block.Borrow();
                    visit(block);
                }
                catch (CorruptDataException e)
                {
                    _blocks.Report(e);
                }
                catch (FormatException e)
                {
                    _blocks.Report(new CorruptDataException(e.Message, block.Path));
                }
            }
        }
    }
}
