using Presage.Metrics;

namespace Presage.Storage;

/// <summary>One selected series of the store: where it was found when it was selected.</summary>
sealed class StoredSeries(StoredSamples samples, SeriesIdentity identity) : ISampleSeries
{
    (Block Block, int Number) _place;
    List<(Block Block, int Number)>? _morePlaces;

    public LabelSet Labels => identity.Labels;

    public ulong KeyHash => identity.Hash;

    public ReadOnlySpan<byte> Key => identity.Key;

    /// <summary>While selecting: another series whose key has the same hash.</summary>
    public StoredSeries? SameHash { get; set; }

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
        if (_place.Block is null)
        {
            _place = (block, number);
        }
        else
        {
            (_morePlaces ??= []).Add((block, number));
        }

        NewestMs = Math.Max(NewestMs, block.Totals.NewestMs);
    }

    /// <summary>Its number in a block, or -1.</summary>
    public int NumberIn(Block block)
    {
        if (_place.Block == block)
        {
            return _place.Number;
        }

        if (_morePlaces is not null)
        {
            foreach (var place in _morePlaces)
            {
                if (place.Block == block)
                {
                    return place.Number;
                }
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
            foreach (var deleted in samples.Tombstones.For(Labels))
            {
                SampleRanges.Drop(columns, start, deleted);
            }
        }
    }

    public void ReadNewest(TimeRange range, SampleColumns columns)
    {
        int start = columns.Count;
        if (samples.Tombstones.IsEmpty)
        {
            samples.ReadNewest(this, range, columns);
        }
        else
        {
            Read(range, columns);
        }

        columns.KeepNewest(start);
    }
}
