using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>One series of the model.</summary>
sealed class SeriesModel(LabelSet labels)
{
    public LabelSet Labels => labels;

    public byte[] Key { get; } = labels.ToKey();

    public string Host { get; } = System.Text.Encoding.UTF8.GetString(SeriesKey.HostOf(labels.ToKey()));

    public SortedDictionary<long, Slot> Slots { get; } = [];

    /// <summary>The timestamps in the order they were first offered.</summary>
    public List<long> Times { get; } = [];

    /// <summary>The newest timestamp offered.</summary>
    public long NewestMs { get; private set; } = long.MinValue / 2;

    /// <summary>The newest timestamp acknowledged since the process began and nothing was deleted.</summary>
    public long ActiveMs { get; set; } = long.MinValue;

    /// <summary>What the next sample of a counter is made from.</summary>
    public double Level { get; set; }

    public bool MustShow => Slots.Values.Any(static s => s.IsCertain);

    /// <summary>The samples of a span are gone.</summary>
    public void Delete(TimeRange range)
    {
        ActiveMs = long.MinValue;
        foreach (long timestampMs in Slots.Keys.Where(range.Contains).ToList())
        {
            if (Slots[timestampMs].Delete())
            {
                Slots.Remove(timestampMs);
                Times.Remove(timestampMs);
            }
        }
    }

    public Slot SlotOf(long timestampMs)
    {
        if (!Slots.TryGetValue(timestampMs, out var slot))
        {
            Slots.Add(timestampMs, slot = new Slot());
            Times.Add(timestampMs);
            NewestMs = Math.Max(NewestMs, timestampMs);
        }

        return slot;
    }
}
