// Hot path: See runs once per sample of a series; budget 0.2 us, no allocation.
namespace Presage.Detection;

/// <summary>
/// How far is the mean of the last half hour from what it was at this time of day, within three quarters of an hour, on
/// any of the last fourteen days? A usual value at an unusual time is seen by nothing else: a daily rise that stays
/// away, a nightly job at noon.
///
/// It speaks up only as far as it knows better: its weight is the skill of the day's profile over a plain mean. A
/// series without a rhythm is not asked at all; without that gate every wandering series would cry.
/// </summary>
sealed class DayNovelty
{
    const int Slots = 48;
    const int Days = 14;
    const double SlotSeconds = 1_800;
    const double DaySeconds = 86_400;

    /// <summary>Slots before anything is judged, and before errors are measured: two days, one day.</summary>
    const long SlotsMin = 2 * Slots;
    const long SlotsForSpread = Slots;

    /// <summary>Errors and spread are those of the last three days.</summary>
    const double ErrorSlots = 3 * Slots;

    /// <summary>Share of a new day in the profile.</summary>
    const double ProfileShare = 0.25;

    /// <summary>Skill (1 - error / variance) from which it is heard, and what more makes it heard fully.</summary>
    const double SkillMin = 0.5;
    const double SkillSpan = 0.3;

    readonly double[] _means = new double[Slots * Days];
    readonly long[] _counts = new long[Slots];
    readonly double[] _profile = new double[Slots];
    long _learned;
    int _slot = -1;
    double _last;
    double _centre;
    double _spread;
    double _error;

    /// <summary>How far it is to be believed, 0 to 1.</summary>
    public double Weight { get; private set; }

    /// <summary>
    /// The distance of the mean of the last half hour from those at this time on earlier days; 0 while it learns.
    /// Seconds are counted from any midnight.
    /// </summary>
    public double See(double seconds, double mean)
    {
        double ofDay = seconds - (DaySeconds * Math.Floor(seconds / DaySeconds));
        int slot = Math.Clamp((int)(ofDay / SlotSeconds), 0, Slots - 1);
        if (slot != _slot && _slot >= 0)
        {
            Learn(_slot, _last);
        }

        _slot = slot;
        _last = mean;
        if (_learned <= SlotsMin)
        {
            return 0;
        }

        int before = (slot + Slots - 1) % Slots, after = (slot + 1) % Slots;

        // The newest mean of the slot before is half an hour old: it is no other day's.
        double nearest = Nearest(before, mean, _counts[before] - 1);
        nearest = Math.Min(nearest, Nearest(slot, mean, -1));
        nearest = Math.Min(nearest, Nearest(after, mean, -1));
        return nearest < double.MaxValue ? nearest : 0;
    }

    public void Save(StateWriter writer)
    {
        writer.Long(_learned);
        writer.Long(_slot);
        foreach (double number in (ReadOnlySpan<double>)[_last, _centre, _spread, _error, Weight])
        {
            writer.Double(number);
        }

        for (int slot = 0; slot < Slots; slot++)
        {
            writer.Long(_counts[slot]);
            writer.Double(_profile[slot]);
            foreach (double mean in Known(slot))
            {
                writer.Double(mean);
            }
        }
    }

    public bool Restore(ref StateReader reader)
    {
        _learned = reader.Long();
        long at = reader.Long();
        _last = reader.Double();
        _centre = reader.Double();
        _spread = reader.Double();
        _error = reader.Double();
        Weight = reader.Double();
        bool isSane = _learned is >= 0 and <= StateReader.CountMax &&
            at is >= -1 and < Slots && Math.Abs(_last) < 1e101 &&
            Math.Abs(_centre) < 1e101 && _spread is >= 0 and < 1e203 && _error is >= 0 and < 1e203 &&
            Weight is >= 0 and <= 1;
        _slot = isSane ? (int)at : -1;
        for (int slot = 0; slot < Slots && isSane; slot++)
        {
            _counts[slot] = reader.Long();
            _profile[slot] = reader.Double();
            isSane = _counts[slot] is >= 0 and <= StateReader.CountMax &&
                Math.Abs(_profile[slot]) < 1e101;
            int known = isSane ? Known(slot).Length : 0;
            for (int day = 0; day < known; day++)
            {
                _means[(slot * Days) + day] = reader.Double();
                isSane &= Math.Abs(_means[(slot * Days) + day]) < 1e101;
            }
        }

        return isSane;
    }

    Span<double> Known(int slot) => _means.AsSpan(slot * Days, (int)Math.Min(Days, _counts[slot]));

    double Nearest(int slot, double mean, long without)
    {
        var known = Known(slot);
        int left = without < 0 ? -1 : (int)(without % Days);
        double nearest = double.MaxValue;
        for (int day = 0; day < known.Length; day++)
        {
            double distance = Math.Abs(mean - known[day]);
            nearest = day != left && distance < nearest ? distance : nearest;
        }

        return nearest;
    }

    void Learn(int slot, double mean)
    {
        Measure(slot, mean);
        double weight = 1 / Math.Min(_learned + 1, ErrorSlots);
        _centre += weight * (mean - _centre);
        _profile[slot] += (_counts[slot] == 0 ? 1 : ProfileShare) * (mean - _profile[slot]);
        _means[(slot * Days) + (int)(_counts[slot] % Days)] = mean;
        _counts[slot]++;
        _learned++;
    }

    /// <summary>How well the profile foretold this mean, beside a plain mean of the last days.</summary>
    void Measure(int slot, double mean)
    {
        if (_learned <= SlotsForSpread)
        {
            return;
        }

        double off = mean - _centre;
        if (_learned <= SlotsMin || _counts[slot] == 0)
        {
            _spread += ((off * off) - _spread) / Math.Min(_learned - SlotsForSpread, ErrorSlots);
            _error = _spread;
            return;
        }

        int before = (slot + Slots - 1) % Slots, after = (slot + 1) % Slots;
        double ofBefore = _counts[before] > 0 ? 1 : 0, ofAfter = _counts[after] > 0 ? 1 : 0;
        double foretold = ((2 * _profile[slot]) + (ofBefore * _profile[before]) + (ofAfter * _profile[after])) /
            (2 + ofBefore + ofAfter);
        double wrong = mean - foretold;
        _error += ((wrong * wrong) - _error) / ErrorSlots;
        _spread += ((off * off) - _spread) / ErrorSlots;
        double skill = _spread > 0 ? 1 - (_error / _spread) : 0;
        Weight = Math.Clamp((skill - SkillMin) / SkillSpan, 0, 1);
    }
}
