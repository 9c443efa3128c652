using Presage.Metrics;

namespace Presage.Storage;

/// <summary>One selected series of the store: where it was found when it was selected.</summary>
sealed class StoredSeries(StoredSamples samples, SeriesIdentity identity) : ISampleSeries
{
    /// <summary>Room for a day at once: most series are in all blocks or in one.</summary>
    const int PlacesUsual = 32;

    Place[] _places = [];
    int _placesCount;

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

    /// <summary>The blocks there were; those of <see cref="Range"/> were looked at.</summary>
    public Block[]? Blocks { get; set; }

    /// <summary>The range the series was selected for; it may be asked for another one.</summary>
    public TimeRange Range { get; set; }

    /// <summary>Where it lies in blocks, in their order.</summary>
    public ReadOnlySpan<Place> Places => _places.AsSpan(0, _placesCount);

    /// <summary>Notes that a block holds the series; one of so many.</summary>
    public void Add(in Place place, int blocks)
    {
        if (_placesCount == _places.Length)
        {
            int usual = Math.Min(blocks, PlacesUsual);
            Array.Resize(ref _places, _placesCount == 0 ? usual : Math.Max(blocks, 2 * _placesCount));
        }

        _places[_placesCount++] = place;
        NewestMs = Math.Max(NewestMs, place.Block.Totals.NewestMs);
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

/// <summary>The chunks of a series in a block: first, and one behind the last.</summary>
readonly record struct Place(Block Block, int From, int To);
