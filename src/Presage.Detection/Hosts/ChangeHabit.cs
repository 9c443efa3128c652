// Hot path: Share and Learn run once per host and row (a minute); budget 0.1 us, no allocation.
namespace Presage.Detection;

/// <summary>
/// Which changes come every day at this time: the largest change of each quarter hour of the last week. A nightly job
/// or a busy morning is a large change and no news; it should wake nobody. The score is left as it is.
/// </summary>
sealed class ChangeHabit
{
    const double SlotSeconds = 900;
    const int SlotsPerDay = 96;
    const int Days = 7;

    /// <summary>Slots kept: a week, and the neighbours of its oldest one.</summary>
    const int SlotsMax = SlotsPerDay * (Days + 1);

    /// <summary>A change this much as large as another, a quarter of an hour off at most, is the same habit.</summary>
    const double Alike = 0.75;

    /// <summary>Days without which nothing is a habit, and those that say it fully.</summary>
    const int DaysMin = 2;
    const int DaysForBelief = 3;

    /// <summary>Smaller changes are not looked at.</summary>
    const double ChangeMin = 2.2;

    readonly float[] _maxima = new float[SlotsMax];
    long _first = -1;
    long _slot = -1;

    /// <summary>The share of the last days, 0 to 1, that had a change like this at this time of day.</summary>
    public double Share(double change, double seconds)
    {
        if (_first < 0 || change < ChangeMin)
        {
            return 0;
        }

        long slot = SlotOf(seconds);
        int days = (int)Math.Clamp((slot - _first - 1) / SlotsPerDay, 0, Days), alike = 0;
        for (int day = 1; day <= days; day++)
        {
            long then = slot - (day * SlotsPerDay);
            double largest = Math.Max(At(then - 1), Math.Max(At(then), At(then + 1)));
            alike += largest >= Alike * change ? 1 : 0;
        }

        return days < DaysMin ? 0 : alike / (double)Math.Max(days, DaysForBelief);
    }

    /// <summary>Takes a change into account; times before the newest count as the newest.</summary>
    public void Learn(double change, double seconds)
    {
        long slot = SlotOf(seconds);
        if (_first < 0)
        {
            _first = _slot = slot;
        }

        // What lies between was not seen; after a week nothing is left of what was.
        for (long next = Math.Max(_slot + 1, slot - SlotsMax + 1); next <= slot; next++)
        {
            _maxima[next % SlotsMax] = 0;
        }

        _slot = Math.Max(_slot, slot);
        ref float largest = ref _maxima[_slot % SlotsMax];
        largest = Math.Max(largest, (float)change);
    }

    /// <summary>Replaces what it knows: the scale of change has been learned anew.</summary>
    public void TakeOver(ChangeHabit other)
    {
        _first = other._first;
        _slot = other._slot;
        other._maxima.CopyTo(_maxima, 0);
    }

    /// <summary>Tells what it knows of the last week to one that remembers weeks.</summary>
    public void Teach(WeekHabit weeks)
    {
        for (long slot = Math.Max(_first, _slot - SlotsMax + 1); slot >= 0 && slot <= _slot; slot++)
        {
            if (At(slot) > 0)
            {
                weeks.Learn(At(slot), slot * SlotSeconds);
            }
        }
    }

    public void Save(StateWriter writer)
    {
        writer.Long(_first);
        writer.Long(_slot);
        writer.Floats(_maxima);
    }

    public bool Restore(ref StateReader reader)
    {
        _first = reader.Long();
        _slot = reader.Long();
        return reader.Floats(_maxima) && _first >= -1 && _slot >= _first && _slot < long.MaxValue / 2 &&
            Array.TrueForAll(_maxima, static change => change is >= 0 and < 1e9f);
    }

    static long SlotOf(double seconds) => (long)(Math.Clamp(seconds, 0, 1e15) / SlotSeconds);

    float At(long slot) => slot > _slot || slot < 0 ? 0 : _maxima[slot % SlotsMax];
}
