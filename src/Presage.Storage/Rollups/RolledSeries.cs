using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// One selected series of roll-ups: where files hold its buckets, and the raw series for what is not in files yet.
/// </summary>
sealed class RolledSeries(LabelSet labels, RollupSelection selection) : IRollupSeries
{
    [ThreadStatic]
    static SampleColumns? t_samples;

    [ThreadStatic]
    static RollupColumns? t_known;

    readonly List<(Block Block, int Number)> _places = [];

    public LabelSet Labels => labels;

    /// <summary>The same series' raw samples, where it has any.</summary>
    public StoredSeries? Raw { get; set; }

    public void Add(Block block, int number) => _places.Add((block, number));

    public void Read(TimeRange range, RollupColumns columns)
    {
        long stepMs = selection.Tier.StepMs();
        long fromMs = range.FromMs < long.MinValue + (2 * RollupBuilder.GapMaxMs)
            ? long.MinValue
            : selection.Tier.BucketOf(range.FromMs) - RollupBuilder.GapMaxMs;

        // The bucket that the range ends in is computed whole.
        long toMs = range.ToMs > long.MaxValue - (2 * stepMs)
            ? long.MaxValue
            : selection.Tier.BucketOf(range.ToMs) + stepMs - 1;
        var wide = new TimeRange(fromMs, toMs);
        var found = new RollupColumns();
        ReadFiles(wide, found);
        ReadRaw(wide, found);
        RollupBuilder.AddIncreaseBetween(found.Editable);
        foreach (ref readonly var bucket in found.Buckets)
        {
            if (bucket.StartMs <= range.ToMs && (fromMs == long.MinValue || bucket.StartMs + stepMs > range.FromMs))
            {
                columns.Add(bucket);
            }
        }
    }

    void ReadFiles(TimeRange range, RollupColumns found)
    {
        var known = t_known ??= new RollupColumns();
        known.Clear();
        var deletions = selection.Deleted(labels);
        foreach (var (block, number) in _places)
        {
            if (block.Overlaps(range))
            {
                int before = known.Count;
                selection.ReadBlock(block, number, range, known);
                foreach (var deletion in deletions)
                {
                    deletion.DropFrom(block, known, before, selection.Tier.StepMs());
                }
            }
        }

        BucketOrder.Join(found, known);
    }

    void ReadRaw(TimeRange range, RollupColumns found)
    {
        if (Raw is null)
        {
            return;
        }

        var samples = t_samples ??= new SampleColumns();
        var computed = new RollupColumns();
        foreach (var span in selection.Unwritten(range))
        {
            samples.Clear();
            Raw.Read(span, samples);
            RollupBuilder.Build(samples.TimestampsMs, samples.Values, RollupTier.FiveMinutes.StepMs(), computed);
        }

        if (computed.Count == 0)
        {
            return;
        }

        if (selection.Tier == RollupTier.OneHour)
        {
            var hours = new RollupColumns();
            RollupBuilder.Combine(computed.Buckets, RollupTier.OneHour.StepMs(), hours);
            computed = hours;
        }

        BucketOrder.Join(found, computed);
    }
}
