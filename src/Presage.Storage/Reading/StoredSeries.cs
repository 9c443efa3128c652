using Presage.Metrics;

namespace Presage.Storage;

/// <summary>One selected series of the store: where it was found when it was selected.</summary>
sealed class StoredSeries(StoredSamples samples, LabelSet labels, ulong keyHash, byte[]? key = null) : ISampleSeries
{
    readonly List<(Block Block, int Number)> _places = [];
    byte[]? _key = key;

    public LabelSet Labels => labels;

    public ulong KeyHash => keyHash;

    public ReadOnlySpan<byte> Key => _key ??= labels.ToKey();

    /// <summary>Its number in the head; -1 where only blocks hold it.</summary>
    public int HeadId { get; set; } = -1;

    /// <summary>No sample of it is newer.</summary>
    public long NewestMs { get; set; } = long.MinValue;

    /// <summary>The blocks there were; those of <see cref="Range"/> were looked at.</summary>
    public Block[]? Blocks { get; set; }

    /// <summary>The range the series was selected for; it may be asked for another one.</summary>
    public TimeRange Range { get; set; }

    /// <summary>Notes that a block holds the series.</summary>
    public void Add(Block block, int number)
    {
        _places.Add((block, number));
        NewestMs = Math.Max(NewestMs, block.Totals.NewestMs);
    }

    /// <summary>Its number in a block, or -1.</summary>
    public int NumberIn(Block block)
    {
        foreach (var place in _places)
        {
            if (place.Block == block)
            {
                return place.Number;
            }
        }

        return -1;
    }

    public void Read(TimeRange range, SampleColumns columns)
    {
        int start = columns.Count;
        samples.Read(this, range, columns);
        if (!samples.Tombstones.IsEmpty)
        {
            foreach (var deleted in samples.Tombstones.For(labels))
            {
                SampleRanges.Drop(columns, start, deleted);
            }
        }
    }
}
