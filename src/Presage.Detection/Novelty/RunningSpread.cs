namespace Presage.Detection;

/// <summary>
/// Centre and mean distance from it of a signal over its last 2,000 or so samples; wild values move both within bounds.
/// </summary>
struct RunningSpread
{
    const double Samples = 2_000;

    /// <summary>Samples taken as they are; afterwards they are bounded.</summary>
    const long Unbounded = 50;

    long _seen;
    double _centre;
    double _spread;

    /// <summary>
    /// A novelty relative to where the value lies: what is new in the thick of things weighs more than what is new in a
    /// sparse tail, where gaps are wide anyway. Measures against the past, then learns the value.
    /// </summary>
    public double Relative(double value, double novelty)
    {
        if (_seen == 0)
        {
            _centre = value;
        }

        double off = value - _centre;
        double distance = Math.Abs(off);
        double scale = _spread + (0.3 * distance);
        double relative = novelty > 0 && scale > 0 ? novelty / scale : 0;
        double weight = Math.Max(1.0 / (_seen + 1), 1 / Samples);
        if (_seen >= Unbounded)
        {
            off = Math.Clamp(off, -3 * _spread, 3 * _spread);
            distance = Math.Min(distance, 6 * _spread);
        }

        // A signal that has not moved for its first samples would never learn a spread from bounded distances.
        _spread += weight * (distance - _spread);
        _spread = _spread == 0 ? weight * Math.Abs(value - _centre) : _spread;
        _centre += weight * off;
        _seen++;
        return relative;
    }

    public readonly void Save(StateWriter writer)
    {
        writer.Long(_seen);
        writer.Double(_centre);
        writer.Double(_spread);
    }

    public bool Restore(ref StateReader reader)
    {
        _seen = reader.Long();
        _centre = reader.Double();
        _spread = reader.Double();
        return _seen is >= 0 and <= StateReader.CountMax &&
            double.IsFinite(_centre) && _spread is >= 0 and < double.MaxValue;
    }
}
