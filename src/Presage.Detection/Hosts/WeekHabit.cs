// Hot path: Share and Learn run once per host and row (a minute); budget 0.1 us, no allocation.
namespace Presage.Detection;

/// <summary>
/// Which changes come every week at this time: the largest change of each hour of the last five weeks, a byte each. The
/// backup of Sunday night or Monday's report is news to <see cref="ChangeHabit"/>, which knows a week of days.
///
/// A week before had the change if one three quarters as large came in that hour or the one before or after: clocks of
/// people change by an hour twice a year, and jobs start late. Once is chance, twice begins to count. What comes every
/// second week is known by the second and the fourth week before. Weeks that were not seen at that time do not count.
/// What has stopped is forgotten week by week.
/// </summary>
sealed class WeekHabit
{
    const double SlotSeconds = 3_600;
    const int SlotsPerDay = 24;
    const int SlotsPerWeek = 168;
    const int Weeks = 5;

    /// <summary>Hours kept: those of the weeks, the neighbour of the oldest, the one that is beginning.</summary>
    const int SlotsMax = (SlotsPerWeek * Weeks) + 2;

    const double Alike = 0.75;

    /// <summary>Weeks with such a change without which it is no habit, and those seen that say it fully.</summary>
    const int WeeksMin = 2;
    const int WeeksForBelief = 3;

    /// <summary>Smaller changes are not looked at.</summary>
    const double ChangeMin = 2.2;

    /// <summary>
    /// An hour's byte: 0 not seen, 1 no change to speak of, then 24 steps for each doubling of the change: 3 % each.
    /// </summary>
    const double StepsPerDoubling = 24;
    const byte Small = 1;

    readonly byte[] _largest = new byte[SlotsMax];
    long _slot = -1;

    /// <summary>Whether something is known of what was more than two weeks ago.</summary>
    public bool KnowsWeeks
    {
        get
        {
            for (long slot = _slot - SlotsMax + 1; slot < _slot - (2 * SlotsPerWeek); slot++)
            {
                if (At(slot) > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>How far a change like this belongs to this time of the week, 0 to 1.</summary>
    public double Share(double change, double seconds)
    {
        if (_slot < 0 || change < ChangeMin)
        {
            return 0;
        }

        long slot = SlotOf(seconds);
        byte least = CodeOf(Alike * change);
        int seen = 0, alike = 0, alternate = 0;
        for (int week = 1; week <= Weeks; week++)
        {
            byte largest = Largest(slot - (week * SlotsPerWeek));
            seen += largest > 0 ? 1 : 0;
            if (largest >= least)
            {
                alike++;
                alternate += week % 2 == 0 ? 1 : 0;
            }
        }

        double share = alike < WeeksMin ? 0 : alike / (double)Math.Max(seen, WeeksForBelief);
        share = alternate < WeeksMin ? share : Math.Max(share, alternate / (double)WeeksForBelief);
        return share == 0 ? 0 : share * OfThisDay(slot, least);
    }

    /// <summary>Takes a change into account; times before the newest count as the newest.</summary>
    public void Learn(double change, double seconds)
    {
        Advance(SlotOf(seconds));
        ref byte largest = ref _largest[_slot % SlotsMax];
        largest = Math.Max(largest, CodeOf(change));
    }

    /// <summary>Takes what another one knows of hours within the weeks up to the newest of both.</summary>
    /// <param name="isBetter">Whether the other one is right where both know an hour.</param>
    public void Merge(WeekHabit other, bool isBetter)
    {
        if (other._slot >= 0)
        {
            Advance(other._slot);
        }

        for (long slot = Math.Max(0, _slot - SlotsMax + 1); slot <= _slot; slot++)
        {
            byte known = other.At(slot);
            ref byte largest = ref _largest[slot % SlotsMax];
            largest = known > 0 && (isBetter || largest == 0) ? known : largest;
        }
    }

    public void Save(StateWriter writer)
    {
        writer.Long(_slot);
        foreach (byte largest in _largest)
        {
            writer.Byte(largest);
        }
    }

    public bool Restore(ref StateReader reader)
    {
        _slot = reader.Long();
        foreach (ref byte largest in _largest.AsSpan())
        {
            largest = reader.Byte();
        }

        return _slot is >= -1 and < long.MaxValue / 2;
    }

    static long SlotOf(double seconds) => (long)(Math.Clamp(seconds, 0, 1e15) / SlotSeconds);

    /// <summary>Rises with the change; <see cref="Small"/> for all below the least.</summary>
    static byte CodeOf(double change) => change < Alike * ChangeMin
        ? Small
        : (byte)Math.Min(byte.MaxValue, Small + 1 + (StepsPerDoubling * Math.Log2(change / (Alike * ChangeMin))));

    /// <summary>
    /// What came at this time on the six days before, too, is no habit of the week: 1 where it came on none of them, 0
    /// where on all.
    /// </summary>
    double OfThisDay(long slot, byte least)
    {
        int alike = 0;
        for (int day = 1; day < 7; day++)
        {
            alike += Largest(slot - (day * SlotsPerDay)) >= least ? 1 : 0;
        }

        return 1 - (alike / 6.0);
    }

    /// <summary>The largest change of an hour, the one before and the one after.</summary>
    byte Largest(long slot) => Math.Max(At(slot - 1), Math.Max(At(slot), At(slot + 1)));

    void Advance(long slot)
    {
        // What lies between was not seen; after five weeks nothing is left of what was.
        for (long next = Math.Max(_slot + 1, slot - SlotsMax + 1); next <= slot; next++)
        {
            _largest[next % SlotsMax] = 0;
        }

        _slot = Math.Max(_slot, slot);
    }

    byte At(long slot) => slot > _slot || slot <= _slot - SlotsMax || slot < 0 ? (byte)0 : _largest[slot % SlotsMax];
}
