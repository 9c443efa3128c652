// Hot path: Heed runs once per sample; no allocation.
namespace Presage.Detection;

/// <summary>
/// What is left of an odd sample when attention is spent sparingly: what has just been odd is less odd a second time,
/// an anomaly is told once, and a series that keeps crying is heard less.
/// </summary>
struct Attention
{
    /// <summary>Samples after which habituation has fallen to a third.</summary>
    const double HabituationSamples = 600;
    const double HabituationShare = 0.1;

    /// <summary>Samples after an anomaly during which only something odder counts.</summary>
    const double RefractorySamples = 33;
    const double RefractoryShare = 0.9;

    /// <summary>Strength at which a sample begins an anomaly of its own, for the economy only.</summary>
    const double BeginsAt = 4.2;

    /// <summary>What an anomaly costs the ones after it, and for how long.</summary>
    const double Charge = 3;
    const double ChargeSamples = 13_000;

    /// <summary>
    /// A history of n samples cannot show a probability below 1/n. Strength is made comparable with that after 1,000:
    /// some two units a decade.
    /// </summary>
    const double ShortHistory = 2.1;

    static readonly double HabituationKept = Math.Exp(-1 / HabituationSamples);
    static readonly double ChargeKept = Math.Exp(-1 / ChargeSamples);

    double _habit;
    double _charge;
    double _strongest;
    long _since;

    public double Heed(double joined, long seen)
    {
        // Counts from 1 so that an all-zero state means: never.
        long age = _since == 0 ? long.MaxValue : seen + 1 - _since;
        _habit *= HabituationKept;
        _charge *= ChargeKept;
        double strength = joined - (ShortHistory * Math.Log10((Math.Min(seen, 5_000) + 100) / 1_000.0));
        double penalty = HabituationShare * _habit;
        if (age < RefractorySamples)
        {
            penalty = Math.Max(
                penalty,
                (RefractoryShare * _strongest) + (0.5 * (1 - (age / RefractorySamples))));
        }

        double heeded = strength - penalty - Math.Log10(1 + _charge);
        _habit = Math.Max(_habit, strength);
        if (strength > BeginsAt && (age >= RefractorySamples || strength > _strongest))
        {
            _charge += age >= RefractorySamples ? Charge : 0;
            _strongest = strength;
            _since = seen + 1;
        }

        return heeded;
    }

    public readonly void Save(StateWriter writer)
    {
        writer.Double(_habit);
        writer.Double(_charge);
        writer.Double(_strongest);
        writer.Long(_since);
    }

    public bool Restore(ref StateReader reader)
    {
        _habit = reader.Double();
        _charge = reader.Double();
        _strongest = reader.Double();
        _since = reader.Long();
        return double.IsFinite(_habit) && _charge is >= 0 and < 1e9 && double.IsFinite(_strongest) &&
            _since is >= 0 and <= StateReader.CountMax;
    }
}
