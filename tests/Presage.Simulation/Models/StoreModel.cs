using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>What the store must hold, may hold and must not hold.</summary>
sealed class StoreModel
{
    readonly Dictionary<LabelSet, SeriesModel> _series = [];
    readonly List<SeriesModel> _order = [];
    List<Write> _unsynced = [];
    List<Write> _beforeTick = [];
    List<Write> _tainted = [];
    List<Write> _taintedBefore = [];

    /// <summary>All series ever offered, in the order they came.</summary>
    public IReadOnlyList<SeriesModel> Series => _order;

    public long Samples { get; private set; }

    /// <summary>The latest time that the clock has shown.</summary>
    public long ClockMs { get; set; } = long.MinValue;

    public SeriesModel SeriesOf(LabelSet labels)
    {
        if (!_series.TryGetValue(labels, out var series))
        {
            _series.Add(labels, series = new SeriesModel(labels));
            _order.Add(series);
        }

        return series;
    }

    public SeriesModel? Find(LabelSet labels) => _series.GetValueOrDefault(labels);

    /// <summary>A sample was offered, with this result.</summary>
    public void Add(SeriesModel series, long timestampMs, long bits, WriteState state, bool durable)
    {
        var slot = series.SlotOf(timestampMs);
        if (state == WriteState.Acknowledged)
        {
            Samples++;
        }

        foreach (var known in slot.Writes)
        {
            if (known.Bits == bits && known.State == WriteState.Acknowledged &&
                (known.IsDurable || !durable || state != WriteState.Acknowledged))
            {
                return;
            }
        }

        var write = new Write(bits, state) { IsDurable = durable && state == WriteState.Acknowledged };
        slot.Add(write);
        if (state == WriteState.Acknowledged && !durable)
        {
            _unsynced.Add(write);
        }
    }

    /// <summary>The samples of some series are deleted, or (where that failed) perhaps with the next start.</summary>
    public void Delete(LabelMatcher[] matchers, TimeRange range, bool sure)
    {
        foreach (var series in _order.Where(s => matchers.All(m => m.Matches(s.Labels))))
        {
            if (sure)
            {
                series.Delete(range);
                continue;
            }

            series.ActiveMs = long.MinValue;
            foreach (var (_, slot) in series.Slots.Where(s => range.Contains(s.Key)))
            {
                slot.IsFading = true;
            }
        }
    }

    /// <summary>A commit interval begins: what was written before is on the disk at its end.</summary>
    public void BeginTick()
    {
        _beforeTick.AddRange(_unsynced);
        _unsynced = [];
    }

    /// <summary>A commit interval has passed.</summary>
    public void EndTick(bool syncFailed)
    {
        foreach (var write in _beforeTick)
        {
            write.IsTainted = syncFailed;
            write.IsDurable |= !syncFailed;
        }

        if (syncFailed)
        {
            _tainted.AddRange(_beforeTick);
            foreach (var write in _unsynced)
            {
                write.IsTainted = true;
            }

            _tainted.AddRange(_unsynced);
            _unsynced = [];
        }

        _beforeTick = [];
    }

    /// <summary>The disk has worked for minutes: what a failed sync left open is in blocks now.</summary>
    public void MadeGood()
    {
        foreach (var write in _tainted)
        {
            write.IsDurable = true;
        }

        _tainted = [];
    }

    /// <summary>Everything in memory was written to blocks, and those synced.</summary>
    public void Flushed()
    {
        foreach (var write in _unsynced.Concat(_tainted).Concat(_taintedBefore))
        {
            write.IsDurable = true;
        }

        _unsynced = [];
        _tainted = [];
        _taintedBefore = [];
    }

    /// <summary>
    /// The process died after a sync had failed. The next one cannot know: the system shows it the samples, and syncs
    /// that succeed say nothing of what was dropped. Only a flush makes sure of them.
    /// </summary>
    public void Taint()
    {
        foreach (var write in _unsynced.Concat(_beforeTick))
        {
            write.IsTainted = true;
        }
    }

    /// <summary>The process ended, in order or not.</summary>
    public void Restart(bool lostPower)
    {
        _order.ForEach(static s => s.ActiveMs = long.MinValue);
        foreach (var slot in AllSlots())
        {
            slot.Restart();
            if (lostPower)
            {
                slot.LosePower();
            }
        }
    }

    /// <summary>After a restart all was looked at: what was seen stays.</summary>
    public void Pinned()
    {
        _unsynced = [];
        _beforeTick = [];
        _tainted = [];
        _taintedBefore = [];
        foreach (var write in AllSlots().SelectMany(static s => s.Writes))
        {
            if (write.State == WriteState.Acknowledged && !write.IsDurable)
            {
                (write.IsTainted ? _taintedBefore : _unsynced).Add(write);
            }
        }
    }

    /// <summary>Damage may have taken any of what there is, now or when its page is read again.</summary>
    public void LoseAnything()
    {
        foreach (var slot in AllSlots())
        {
            slot.IsFading = true;
        }
    }

    /// <summary>Retention may take what is older.</summary>
    public void Fade(long beforeMs)
    {
        foreach (var series in _order)
        {
            foreach (var (timestampMs, slot) in series.Slots)
            {
                if (timestampMs >= beforeMs)
                {
                    break;
                }

                slot.IsFading = true;
            }
        }
    }

    IEnumerable<Slot> AllSlots() => _order.SelectMany(static s => s.Slots.Values);
}
