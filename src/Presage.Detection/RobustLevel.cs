// Hot path: Learn runs once per view and sample; no allocation.
namespace Presage.Detection;

/// <summary>
/// A Huber-type estimate of location with time-based forgetting: the weight of a value depends on how long it stood,
/// not on how many there are. A value moves the level by at most three mean deviations, and the deviation by at most
/// sixfold, so an outlier does little; a lasting shift widens the deviation first (e-fold in a fifth of the memory) and
/// is then followed. The memory grows with the history up to its half-life, so the first values count as in a plain
/// mean.
/// </summary>
struct RobustLevel(double halfLifeSeconds)
{
    /// <summary>
    /// The deviation never counts as less (in practical floors), so that a level can leave a flat line.
    /// </summary>
    const double DeviationMin = 0.02;

    /// <summary>Values of the first minutes count in full: nothing is known to call them outliers by.</summary>
    const double FreeSeconds = 120;

    readonly double _memorySeconds = halfLifeSeconds / Math.Log(2);
    double _deviation;
    double _ageSeconds;

    public double Value { get; private set; }

    public readonly bool IsEmpty => _ageSeconds == 0;

    /// <summary>Follows a value that stood for some time.</summary>
    public void Learn(double value, double seconds)
    {
        if (seconds <= 0)
        {
            return;
        }

        double before = _ageSeconds;
        _ageSeconds = Math.Min(_ageSeconds + seconds, _memorySeconds);
        double gain = Math.Min(1, seconds / _ageSeconds);
        if (before == 0)
        {
            Value = value;
            return;
        }

        double error = value - Value;
        if (before < FreeSeconds)
        {
            _deviation += gain * (Math.Abs(error) - _deviation);
            Value += gain * error;
            return;
        }

        double deviation = Math.Max(_deviation, DeviationMin);
        _deviation += gain * (Math.Min(Math.Abs(error), 6 * deviation) - _deviation);
        Value += gain * Math.Clamp(error, -3 * deviation, 3 * deviation);
    }

    /// <summary>Moves the level without learning (the meaning of its values has changed).</summary>
    public void Shift(double by) => Value += by;

    /// <summary>Puts the level at a value known from elsewhere.</summary>
    public void MoveTo(double value) => Value = value;

    /// <summary>After a long gap: believe what comes sooner.</summary>
    public void Loosen(double ageSeconds) => _ageSeconds = Math.Min(_ageSeconds, ageSeconds);

    public readonly void Save(in StateWriter writer)
    {
        writer.Double(Value);
        writer.Double(_deviation);
        writer.Double(_ageSeconds);
    }

    public bool Restore(ref StateReader reader)
    {
        Value = reader.Double();
        _deviation = reader.Double();
        _ageSeconds = reader.Double();
        return Math.Abs(Value) <= SignalScale.ReachMax &&
            _deviation is >= 0 and < 1e15 && _ageSeconds is >= 0 and < 1e15;
    }
}
