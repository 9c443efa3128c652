// Hot path: At and Learn run once per sample; no allocation.
namespace Presage.Detection;

/// <summary>
/// The rhythm of the day: means of 48 half hours (UTC) of the last three days, of which the median counts (so one bad
/// night teaches nothing, two of three do). It is used only as far as it predicts better than the day's mean: weight 0
/// up to a skill (R squared over about three days) of 0.3, 1 from 0.7, and 0 before two days are known.
/// </summary>
sealed class DayProfile
{
    const int Slots = 48;
    const int Days = 3;
    const long SlotMs = 1_800_000;

    /// <summary>A half hour counts when at least a third of it was seen.</summary>
    const double SlotSecondsMin = 600;

    /// <summary>Means are kept within what half precision holds; beyond, differences mean nothing.</summary>
    const float MeanMax = 60_000;

    /// <summary>Slot by slot the means of three days; null before the first. 0 is unknown.</summary>
    Half[]? _means;
    long _slot = -1;
    double _sum;
    double _seconds;
    double _errorOfProfile;
    double _errorOfMean;

    /// <summary>How many half hours have been learned, at most.</summary>
    double _learnedSlots;

    /// <summary>Mean of all means there are.</summary>
    double _all;

    /// <summary>Mean of what is typical of each half hour.</summary>
    double _mean;

    /// <summary>How far the rhythm is trusted, 0-1.</summary>
    public double Weight { get; private set; }

    /// <summary>
    /// What the time of day adds to the level: the least and the most it usually adds from half an hour before to half
    /// an hour after, because jobs do not start on the second. Both are 0 while no rhythm is trusted.
    /// </summary>
    public (double Least, double Most) At(long timestampMs)
    {
        if (Weight == 0)
        {
            return default;
        }

        int slot = (int)(Modulo(timestampMs, SlotMs * Slots) / SlotMs);
        double before = TypicalOf((slot + Slots - 1) % Slots);
        double own = TypicalOf(slot);
        double after = TypicalOf((slot + 1) % Slots);
        double least = Math.Min(own, Math.Min(before, after)), most = Math.Max(own, Math.Max(before, after));
        return (Weight * (least - _mean), Weight * (most - _mean));
    }

    /// <summary>
    /// Adds a value; true when a half hour has ended and with it what <see cref="At"/> says may have changed.
    /// </summary>
    public bool Learn(long timestampMs, double value, double seconds)
    {
        long slot = Math.DivRem(timestampMs, SlotMs, out long rest) - (rest < 0 ? 1 : 0);
        bool ended = false;
        if (slot != _slot)
        {
            ended = _seconds >= SlotSecondsMin;
            if (ended)
            {
                Commit();
            }

            _slot = slot;
            _sum = _seconds = 0;
        }

        _sum += value * seconds;
        _seconds += seconds;
        return ended;
    }

    public void Save(in StateWriter writer)
    {
        Span<float> means = stackalloc float[Slots * Days];
        for (int i = 0; i < means.Length; i++)
        {
            means[i] = _means is null ? 0 : (float)_means[i];
        }

        writer.Sparse(means);
        writer.Long(_slot);
        writer.Double(_sum);
        writer.Double(_seconds);
        writer.Double(_errorOfProfile);
        writer.Double(_errorOfMean);
        writer.Double(_learnedSlots);
    }

    public bool Restore(ref StateReader reader)
    {
        Span<float> means = stackalloc float[Slots * Days];
        reader.Sparse(means);
        _slot = reader.Long();
        _sum = reader.Double();
        _seconds = reader.Double();
        _errorOfProfile = reader.Double();
        _errorOfMean = reader.Double();
        _learnedSlots = reader.Double();
        for (int i = 0; i < means.Length; i++)
        {
            if (!float.IsFinite(means[i]))
            {
                return false;
            }

            if (means[i] != 0)
            {
                Keep(i, means[i]);
            }
        }

        Measure();
        return double.IsFinite(_sum) && double.IsFinite(_seconds) && _errorOfProfile is >= 0 and < 1e30 &&
            _errorOfMean is >= 0 and < 1e30 && _learnedSlots is >= 0 and < 1e9 &&
            _slot is > -1_000_000_000 and < 1_000_000_000;
    }

    void Commit()
    {
        float mean = (float)(_sum / _seconds);
        int slot = (int)Modulo(_slot, Slots);
        int day = (int)Modulo(Math.DivRem(_slot, Slots).Quotient, Days);
        if (_learnedSlots >= Slots)
        {
            // Errors are squared and forget with a half-life of two days (96 half hours).
            double kept = double.Exp2(-1.0 / (2 * Slots));
            double ofProfile = mean - TypicalOf(slot), ofMean = mean - _mean;
            _errorOfProfile = (_errorOfProfile * kept) + (ofProfile * ofProfile);
            _errorOfMean = (_errorOfMean * kept) + (ofMean * ofMean);
        }

        Keep((slot * Days) + day, mean);
        _learnedSlots++;
        Measure();
    }

    void Keep(int at, float mean)
    {
        // 0 marks an unknown mean, so a true 0 is kept as the least positive number.
        var kept = (Half)Math.Clamp(mean, -MeanMax, MeanMax);
        _means ??= new Half[Slots * Days];
        _means[at] = kept == Half.Zero ? Half.Epsilon : kept;
    }

    void Measure()
    {
        double all = 0;
        int present = 0;
        foreach (var mean in _means ?? [])
        {
            all += (double)mean;
            present += mean == Half.Zero ? 0 : 1;
        }

        _all = all / Math.Max(1, present);
        double sum = 0;
        int known = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            float typical = Typical(slot);
            sum += typical;
            known += typical == 0 ? 0 : 1;
        }

        _mean = known == 0 ? 0 : sum / known;
        double skill = _errorOfMean > 0 ? 1 - (_errorOfProfile / _errorOfMean) : 0;
        Weight = _learnedSlots < 2 * Slots ? 0 : Math.Clamp((skill - 0.3) / 0.4, 0, 1);
    }

    /// <summary>What is typical of a half hour; the mean of all where nothing is known of it.</summary>
    double TypicalOf(int slot) => Typical(slot) is var typical && typical == 0 ? _mean : typical;

    /// <summary>Median of three; of two the one nearer to the mean of all; 0 is unknown.</summary>
    float Typical(int slot)
    {
        if (_means is null)
        {
            return 0;
        }

        int first = slot * Days;
        float a = (float)_means[first], b = (float)_means[first + 1], c = (float)_means[first + 2];
        if (a != 0 && b != 0 && c != 0)
        {
            return Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
        }

        float typical = 0;
        foreach (float mean in (ReadOnlySpan<float>)[a, b, c])
        {
            if (mean != 0 && (typical == 0 || Math.Abs(mean - _all) < Math.Abs(typical - _all)))
            {
                typical = mean;
            }
        }

        return typical;
    }

    static long Modulo(long value, long modulus)
    {
        long rest = value % modulus;
        return rest < 0 ? rest + modulus : rest;
    }
}
