using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>Asks the store the questions of its users and compares the answers with the model's.</summary>
sealed class StoreComparison(StoreModel model)
{
    public static readonly TimeRange Always = new(long.MinValue, long.MaxValue);

    readonly SampleColumns _columns = new();
    readonly SampleColumns _newest = new();
    readonly RollupColumns _buckets = new();

    /// <summary>What was refused may be there, as after a restart: in a snapshot.</summary>
    public bool TakesLatent { get; set; }

    /// <summary>What is damaged may be missing: it is counted in <see cref="Lacking"/>.</summary>
    public bool TakesLosses { get; set; }

    /// <summary>Samples that had to be there and were not.</summary>
    public int Lacking { get; set; }

    /// <summary>Compares all there is; after a restart, what is seen is what stays (<paramref name="pin"/>).</summary>
    public void All(ISampleSource source, bool pin)
    {
        var seen = new HashSet<SeriesModel>();
        foreach (var series in source.Select([], Always))
        {
            var known = Known(series);
            Require(seen.Add(known), $"{series.Labels} is selected twice.");
            Series(series, known, Always, pin);
        }

        foreach (var missing in model.Series)
        {
            if (!seen.Contains(missing))
            {
                Lacking += missing.MustShow ? 1 : 0;
                Require(
                    TakesLosses || !missing.MustShow,
                    () => $"{missing.Labels} with {Certain(missing)} samples is gone."
                );
                if (pin)
                {
                    foreach (var slot in missing.Slots.Values)
                    {
                        slot.Pin(null, isFinal: true);
                    }
                }
            }
        }

        if (pin)
        {
            model.Pinned();
        }
    }

    /// <summary>Looks which of the uncertain samples of a series are stored; those stay.</summary>
    public void Pin(ISampleSource source, SeriesModel series)
    {
        var matchers = series
            .Labels.Labels.ToArray()
            .Select(static l => new LabelMatcher(l.Name, MatchOperator.Equal, l.Value))
            .ToArray();
        foreach (var found in source.Select(matchers, Always))
        {
            if (found.Labels.Equals(series.Labels))
            {
                Series(found, series, Always, pin: true, isFinal: false);
            }
        }

        model.Pinned();
    }

    /// <summary>One question: which series, and their samples within a range.</summary>
    public void Query(ISampleSource source, LabelMatcher[] matchers, TimeRange range, string? host)
    {
        var seen = new HashSet<SeriesModel>();
        LabelSet? previous = null;
        foreach (var series in source.Select(matchers, range))
        {
            var known = Known(series);
            Require(seen.Add(known), $"{series.Labels} is selected twice.");
            Require(matchers.All(m => m.Matches(series.Labels)), $"{series.Labels} does not match.");
            Require(host is null || known.Host == host, $"{series.Labels} is not of host {host}.");
            Require(previous is null || previous.CompareTo(series.Labels) < 0, "The series are not sorted.");
            previous = series.Labels;
            Series(series, known, range, pin: false);
        }

        foreach (var expected in model.Series)
        {
            if (
                !seen.Contains(expected)
                && (host is null || expected.Host == host)
                && matchers.All(m => m.Matches(expected.Labels))
            )
            {
                Require(
                    !expected.Slots.Any(s => range.Contains(s.Key) && s.Value.IsCertain),
                    () => $"{expected.Labels} is not selected."
                );
            }
        }
    }

    /// <summary>The roll-ups of some series, wherever all samples of a bucket are known for sure.</summary>
    public void Rollups(IRollupSource source, LabelMatcher[] matchers)
    {
        foreach (var tier in source.Tiers)
        {
            long stepMs = tier == RollupTier.FiveMinutes ? 300_000 : 3_600_000;
            var seen = source.SelectRollups(matchers, Always, tier).ToDictionary(static s => s.Labels);
            foreach (var series in model.Series.Where(s => matchers.All(m => m.Matches(s.Labels))))
            {
                _buckets.Clear();
                seen.GetValueOrDefault(series.Labels)?.Read(Always, _buckets);
                var shown = new Dictionary<long, RollupBucket>();
                foreach (ref readonly var bucket in _buckets.Buckets)
                {
                    Require(shown.TryAdd(bucket.StartMs, bucket), "A bucket is shown twice.");
                }

                foreach (var (startMs, bucket) in RollupComparison.Expect(series, stepMs))
                {
                    string found = shown.TryGetValue(startMs, out var other) ? $"{other}" : "nothing";
                    Require(
                        bucket is not { } expected || RollupComparison.AreAlike(expected, other),
                        () => $"{series.Labels} shows the bucket {found}, not {bucket}."
                    );
                }
            }
        }
    }

    /// <summary>The names of labels and the values of each.</summary>
    public void Labels(ISampleSource source, LabelMatcher[] matchers)
    {
        var names = source.LabelNames(matchers, Always);
        var known = model.Series.Where(s => matchers.All(m => m.Matches(s.Labels))).ToList();
        var must = known.Where(static s => s.MustShow).ToList();
        Sorted(names, "label names");
        Within(names, NamesOf(must), NamesOf(known), "label names");
        foreach (string name in NamesOf(known))
        {
            var values = source.LabelValues(name, matchers, Always);
            Sorted(values, $"values of {name}");
            Within(values, ValuesOf(must, name), ValuesOf(known, name), $"values of {name}");
        }
    }

    SeriesModel Known(ISampleSeries series)
    {
        var known = model.Find(series.Labels);
        Require(known is not null, $"{series.Labels} was never stored.");
        return known!;
    }

    void Series(ISampleSeries series, SeriesModel known, TimeRange range, bool pin, bool isFinal = true)
    {
        _columns.Clear();
        series.Read(range, _columns);
        Newest(series, range);
        var times = _columns.TimestampsMs;
        var values = _columns.Values;
        int at = 0;
        foreach (var (timestampMs, slot) in known.Slots)
        {
            if (!range.Contains(timestampMs))
            {
                continue;
            }

            long? bits = null;
            if (at < times.Length && times[at] == timestampMs)
            {
                bits = BitConverter.DoubleToInt64Bits(values[at++]);
                Require(
                    slot.Allows(bits.Value, TakesLatent, TakesLosses),
                    () => $"{known.Labels} shows {Text(bits.Value)} at {timestampMs}; it was written: {slot}."
                );
            }
            else
            {
                Lacking += slot.IsCertain ? 1 : 0;
                Require(
                    TakesLosses || !slot.IsCertain,
                    () => $"{known.Labels} lacks its sample at {timestampMs}: {slot}."
                );
            }

            if (pin)
            {
                slot.Pin(bits, isFinal);
            }
        }

        if (at < times.Length)
        {
            long strange = times[at];
            throw new SimulationFailedException($"{known.Labels} shows a sample at {strange} that was never written.");
        }
    }

    /// <summary>The newest sample of a range is the last one of all of them.</summary>
    void Newest(ISampleSeries series, TimeRange range)
    {
        _newest.Clear();
        series.ReadNewest(range, _newest);
        bool same = _newest.Count == Math.Min(_columns.Count, 1) && (_newest.Count == 0 ||
            (_newest.TimestampsMs[0] == _columns.TimestampsMs[^1] &&
                BitConverter.DoubleToInt64Bits(_newest.Values[0]) ==
                BitConverter.DoubleToInt64Bits(_columns.Values[^1])));
        Require(TakesLosses || same, () => $"{series.Labels} shows another sample as its newest than at its end.");
    }

    static string Text(long bits) => $"{BitConverter.Int64BitsToDouble(bits):R} ({bits:x16})";

    static int Certain(SeriesModel series) => series.Slots.Values.Count(static s => s.IsCertain);

    static SortedSet<string> NamesOf(IEnumerable<SeriesModel> series) =>
        new(
            series.SelectMany(static s => s.Labels.Labels.ToArray()).Select(static l => l.Name),
            StringComparer.Ordinal
        );

    static SortedSet<string> ValuesOf(IEnumerable<SeriesModel> series, string name) =>
        new(series.Select(s => s.Labels[name]).Where(static v => v.Length > 0), StringComparer.Ordinal);

    static void Sorted(IReadOnlyList<string> texts, string what)
    {
        for (int i = 1; i < texts.Count; i++)
        {
            Require(string.CompareOrdinal(texts[i - 1], texts[i]) < 0, $"The {what} are not sorted.");
        }
    }

    static void Within(IReadOnlyList<string> shown, SortedSet<string> must, SortedSet<string> may, string what)
    {
        Require(must.IsSubsetOf(shown), $"The {what} lack {string.Join(", ", must.Except(shown))}.");
        Require(may.IsSupersetOf(shown), $"The {what} invent {string.Join(", ", shown.Except(may))}.");
    }

    static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SimulationFailedException(otherwise);
        }
    }

    static void Require(bool holds, Func<string> otherwise)
    {
        if (!holds)
        {
            throw new SimulationFailedException(otherwise());
        }
    }
}
