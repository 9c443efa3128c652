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

    public long OldestRawMs(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        Block[] written = [.. tiers.FiveMinutes.Current, .. tiers.OneHour.Current];
        long anyMs = AnyRawFromMs(written);
        try
        {
            return Math.Max(anyMs, rollups.RawBound(written, matchers, host, range));
        }
        catch (CorruptDataException e)
        {
            tiers.OneHour.Report(e);
            return anyMs;
        }
    }

    public Func<LabelSet, bool>? KeepsRaw(long fromMs) =>
        AnyRawFromMs([.. tiers.FiveMinutes.Current, .. tiers.OneHour.Current]) > fromMs
            ? null
            : rollups.KeepsRaw(fromMs);

    public IReadOnlyList<IRollupSeries> SelectRollups(
        IReadOnlyList<LabelMatcher> matchers,
        TimeRange range,
        RollupTier tier
    )
    {
        var selection = new RollupSelection(tier, tiers, samples.Tombstones, rollups.HeadFromMs);
        var found = RollupSelector.Select(
            selection,
            span => SelectUnsorted(matchers, span),
            tiers.Of(tier).Report,
            matchers,
            range,
            host
        );

        // Of native histograms roll-ups keep the parts, of which no histogram can be made again.
        return NamesParts(matchers) || found.All(static s => s.Labels[HistogramParts.Label].Length == 0)
            ? found
            : [.. found.Where(static s => s.Labels[HistogramParts.Label].Length == 0)];
    }

    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var found = SelectUnsorted(matchers, range);
        SeriesSort.ByLabels(found);
        return Joined(found, matchers);
    }

    public IReadOnlyList<ISampleSeries> SelectInAnyOrder(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        Joined(SelectUnsorted(matchers, range), matchers);

    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (matchers.Count == 0 && host is null)
        {
            ForEachIndex(range, index => names.UnionWith(index.Names()));
            return Visible(names);
        }

        if (samples.Tombstones.IsEmpty)
        {
            ForEachSelected(
                matchers, range, (index, series, keyOf) => LabelLists.AddNames(index, series, keyOf, names));
            return Visible(names);
        }

        foreach (var series in SelectUnsorted(matchers, range))
        {
            foreach (var label in series.Labels.Labels)
            {
                names.Add(label.Name);
            }
        }

        return Visible(names);
    }

    /// <summary>From when on there are raw samples of any series, where roll-ups tell of older ones.</summary>
    long AnyRawFromMs(Block[] written)
    {
        var raw = _blocks.Current;
        long newestMs = written.Length == 0 ? long.MinValue : written.Max(static b => b.Totals.ToMs);
        long oldestMs = written.Length == 0 ? long.MinValue : written.Min(static b => b.Totals.FromMs);
        return raw.Length == 0 ? newestMs
            : raw[0].Totals.FromMs <= oldestMs ? long.MinValue : raw[0].Totals.FromMs;
    }

    /// <summary>Without what is no label but a part of a histogram.</summary>
    static string[] Visible(SortedSet<string> names)
    {
        names.Remove(HistogramParts.Label);
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

    /// <summary>Puts native histograms together, unless their parts are asked for by name.</summary>
    static IReadOnlyList<ISampleSeries> Joined(StoredSeries[] found, IReadOnlyList<LabelMatcher> matchers) =>
        Array.Exists(found, static s => s.IsPart) && !NamesParts(matchers) ? HistogramSeries.Join(found) : found;

    static bool NamesParts(IReadOnlyList<LabelMatcher> matchers) =>
        matchers.Any(static m => m.Name == HistogramParts.Label);

    StoredSeries[] SelectUnsorted(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var all = new List<StoredSeries>();

        // The head first: what a flush moves meanwhile is then seen at least once.
        foreach (var shard in ShardsAsked())
        {
            SelectInHead(shard, matchers, range, all);
        }

        var current = _blocks.Current;
        var asked = Array.FindAll(current, b => b.Overlaps(range));
        var found = FoundSeries.ToMeet(all, asked.Length);
        if (asked.Length == 2 && asked[1].Totals.Series < asked[0].Totals.Series)
        {
            // What is found in the last one need not be found again.
            Array.Reverse(asked);
        }

        for (int i = 0; i < asked.Length; i++)
        {
            SelectInBlock(asked[i], asked.Length, i == asked.Length - 1, matchers, found, all);
        }

        var deletions = samples.Tombstones;
        if (!deletions.IsEmpty)
        {
            all.RemoveAll(series => deletions.For(series.Labels).Any(d => series.IsGone(d, range)));
        }

        var from = new SelectedFrom(current, range);
        foreach (var series in all)
        {
            series.From = from;
        }

        return [.. all];
    }

    void SelectInHead(
        Shard shard,
        IReadOnlyList<LabelMatcher> matchers,
        TimeRange range,
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
                    ids = Selection.Select(index, matchers, host, id => head.Keys[head.Series[id].Key]);
                    removals = index.Removals;
                    at = FirstAbove(ids, last);
                }

                for (int end = Math.Min(at + SeriesPerLock, ids.Length); at < end; at++)
                {
                    last = ids[at];
                    AddSeries(last, range, all);
                }
            }
        }
        while (at < ids.Length);

        // Keys lie in memory of the head's own.
        GC.KeepAlive(head);
    }

    static int FirstAbove(int[] ids, int id)
    {
        int at = Array.BinarySearch(ids, id);
        return at >= 0 ? at + 1 : ~at;
    }

    void AddSeries(int id, TimeRange range, List<StoredSeries> all)
    {
        ref var series = ref head.Series[id];
        if (series.LastMs >= range.FromMs && series.LastMs != long.MinValue)
        {
            all.Add(new StoredSeries(samples, samples.Identities.Get(series.KeyHash, head.Keys[series.Key]))
            {
                HeadId = id,
                NewestMs = series.LastMs,
            });
        }
    }

    void SelectInBlock(
        Block block, int blocks, bool isLast, IReadOnlyList<LabelMatcher> matchers, FoundSeries? found,
        List<StoredSeries> all)
    {
        try
        {
            using var lease = block.Borrow();
            KeyPage? page = null, knownOf = null;
            StoredSeries?[]? known = null;
            int pageNumber = -1;
            foreach (int number in Selection.Select(block, matchers, host, block.Key))
            {
                var key = block.Key(number, ref page, ref pageNumber);
                if (page != knownOf)
                {
                    (knownOf, known) = (page, found?.Of(page));
                }

                int index = number % BlockFormat.PageItems;
                var series = known?[index];
                if (series is null)
                {
                    ulong hash = SeriesKey.Hash(key);
                    series = found?.Find(hash, key);
                    if (series is null)
                    {
                        series = new StoredSeries(samples, samples.Identities.Get(hash, key));
                        all.Add(series);
                        if (!isLast)
                        {
                            found?.Add(series);
                        }
                    }

                    known?[index] = series;
                }

                var (from, to) = block.ChunksOf(page, number);
                series.Add(new Place(block, from, to), blocks);
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
            GC.KeepAlive(head);
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
