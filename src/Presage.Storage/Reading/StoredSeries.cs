using Presage.Metrics;

namespace Presage.Storage;

/// <summary>One selected series of the store: where it was found when it was selected.</summary>
sealed class StoredSeries(StoredSamples samples, SeriesIdentity identity) : ISampleSeries
{
    /// <summary>Room for a day at once: most series are in all blocks or in one.</summary>
    const int PlacesUsual = 32;

    Place _firstPlace;
    Place[] _morePlaces = [];

    public LabelSet Labels => identity.Labels;

    public ulong KeyHash => identity.Hash;

    public ReadOnlySpan<byte> Key => identity.Key;

    /// <summary>Whether it is a part of a native histogram.</summary>
    public bool IsPart => identity.IsPart;

    /// <summary>While selecting: another series whose key has the same hash.</summary>
    public StoredSeries? SameHash { get; set; }

    /// <summary>Its number in the head; -1 where only blocks hold it.</summary>
    public int HeadId { get; set; } = -1;

    /// <summary>No sample of it is newer.</summary>
    public long NewestMs { get; set; } = long.MinValue;

    /// <summary>The selection it is of.</summary>
    public SelectedFrom? From { get; set; }

    /// <summary>In how many blocks it was found.</summary>
    public int PlaceCount { get; private set; }

    /// <summary>Where it lies in blocks.</summary>
    public Place PlaceAt(int index) => index == 0 ? _firstPlace : _morePlaces[index - 1];

    /// <summary>Notes that a block holds the series; one of so many.</summary>
    public void Add(in Place place, int blocks)
    {
        if (PlaceCount == 0)
        {
            _firstPlace = place;
        }
        else
        {
            int at = PlaceCount - 1;
            if (at == _morePlaces.Length)
            {
                Array.Resize(ref _morePlaces, at == 0 ? Math.Min(blocks, PlacesUsual) : Math.Max(blocks, 2 * at));
            }

            _morePlaces[at] = place;
        }

        PlaceCount++;
        NewestMs = Math.Max(NewestMs, place.Block.Totals.NewestMs);
    }

    public void Read(TimeRange range, SampleColumns columns)
    {
        int start = columns.Count;
        samples.Read(this, range, columns);
        if (!samples.Tombstones.IsEmpty)
        {
            foreach (var deletion in samples.Tombstones.For(Labels).Where(static d => d.IsForHead))
            {
                SampleRanges.Drop(columns, start, deletion.Range);
            }
        }
    }

    /// <summary>Whether a deletion is for all that was found of it in a range.</summary>
    public bool IsGone(Tombstone deletion, TimeRange range)
    {
        if (deletion.Range.FromMs > range.FromMs || deletion.Range.ToMs < Math.Min(range.ToMs, NewestMs) ||
            (HeadId >= 0 && !deletion.IsForHead))
        {
            return false;
        }

        for (int i = 0; i < PlaceCount; i++)
        {
            if (!deletion.IsFor(PlaceAt(i).Block))
            {
                return false;
            }
        }

        return true;
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

/// <summary>What series were selected from.</summary>
/// <param name="Blocks">The blocks there were; those that overlap the range were looked at.</param>
/// <param name="Range">The range they were selected for; a series may be asked for another one.</param>
sealed record SelectedFrom(Block[] Blocks, TimeRange Range);

/// <summary>The chunks of a series in a block: first, and one behind the last.</summary>
readonly record struct Place(Block Block, int From, int To);
