using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// Which families of vital signs (CPU, memory, disk, …) are odd, and when they were before. On a host's first day
/// little is known of what it does now and then: its first build, its first backup are news, but nothing to wake
/// somebody for. So what is odd is told at once, once an hour for each family, and raises no alarm. Later, what was
/// odd yesterday at this hour is no alarm either: that is how a nightly job begins to be known. Used by the watcher's
/// loop alone.
/// </summary>
sealed class FamilyNews
{
    /// <summary>A family is told again when it has been quiet for this long.</summary>
    const long ToldForMs = 3_600_000;

    /// <summary>A vital sign has to be odd for this long.</summary>
    const long SteadyMs = 14_000;

    const long DayMs = 86_400_000;
    const int Slots = 96;
    const long SlotMs = 2 * DayMs / Slots;

    /// <summary>Yesterday at this hour: half hours before and after that count as well.</summary>
    const int SlotsAround = 2;

    readonly Dictionary<string, long> _toldMs = new(StringComparer.Ordinal);

    /// <summary>When a family was odd last, by half hour of two days.</summary>
    readonly Dictionary<string, long[]> _oddMs = new(StringComparer.Ordinal);

    /// <summary>Families that take part in the anomaly that runs.</summary>
    readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <summary>What was odd at the last look, and is told nowhere yet.</summary>
    readonly List<string> _fresh = [];

    /// <summary>Whether a family is odd that was not of late.</summary>
    public bool IsNew => _fresh.Count > 0;

    /// <summary>Whether all that is odd was so yesterday at this hour, too.</summary>
    public bool IsAsYesterday { get; private set; }

    /// <summary>Data time that a host's vital signs cover, in seconds.</summary>
    public static double Known(IReadOnlyCollection<VitalTrack> tracks)
    {
        double known = 0;
        foreach (var track in tracks)
        {
            known = Math.Max(known, track.Detector.LearnedSeconds);
        }

        return known;
    }

    /// <summary>Looks at the present.</summary>
    /// <param name="isOpen">Whether an anomaly of the host runs.</param>
    /// <param name="isOfNote">Whether several that are of note count, too.</param>
    public void See(long nowMs, IReadOnlyCollection<VitalTrack> tracks, bool isOpen, bool isOfNote)
    {
        _fresh.Clear();
        IsAsYesterday = true;
        foreach (var track in tracks)
        {
            bool isOdd = track.Detector.IsUnusual;
            if (!track.IsPresent || !(isOdd || (isOfNote && track.OfNoteSinceMs is not null)))
            {
                continue;
            }

            IsAsYesterday &= WasYesterday(nowMs, track.Vital.Family);
            if (!isOdd || nowMs - track.Detector.Anomaly.StartMs >= SteadyMs)
            {
                See(nowMs, track.Vital.Family, isOpen);
            }
        }
    }

    /// <summary>What is odd is being told now.</summary>
    public void Tell(long nowMs, bool isFirst)
    {
        if (isFirst)
        {
            _running.Clear();
        }

        foreach (string family in _fresh)
        {
            _running.Add(family);
            _toldMs[family] = nowMs;
        }

        _fresh.Clear();
    }

    void See(long nowMs, string family, bool isOpen)
    {
        bool isKnown = isOpen
            ? _running.Contains(family)
            : _toldMs.TryGetValue(family, out long toldMs) && nowMs - toldMs < ToldForMs;
        if (isKnown)
        {
            _toldMs[family] = nowMs;
        }
        else if (!_fresh.Contains(family))
        {
            _fresh.Add(family);
        }

        if (!_oddMs.TryGetValue(family, out long[]? slots))
        {
            slots = new long[Slots];
            _oddMs.Add(family, slots);
        }

        slots[SlotOf(nowMs)] = nowMs;
    }

    bool WasYesterday(long nowMs, string family)
    {
        if (!_oddMs.TryGetValue(family, out long[]? slots))
        {
            return false;
        }

        for (int by = -SlotsAround; by <= SlotsAround; by++)
        {
            long thenMs = nowMs - DayMs + (by * SlotMs);
            if (thenMs >= 0 && Math.Abs(thenMs - slots[SlotOf(thenMs)]) < SlotMs)
            {
                return true;
            }
        }

        return false;
    }

    static int SlotOf(long nowMs) => (int)(nowMs % (2 * DayMs) / SlotMs);
}
