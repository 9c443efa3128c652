// Hot path: two views per sample.
namespace Presage.Detection;

/// <summary>
/// One time scale of a detector: where the value (less its rhythm) usually lies, and how far it strays from
/// there.
/// </summary>
sealed class DetectorView(
    double smoothingSeconds, double levelHalfLifeSeconds, double lookSeconds, double priorExponent)
{
    /// <summary>
    /// Learning speed of the level while values are odd, and how it recovers, so that a new regime is followed.
    /// </summary>
    const double OddGain = 0.05;
    const double AdaptFromSeconds = 3_600;
    const double AdaptFullSeconds = 4 * 3_600;

    RobustLevel _level = new(levelHalfLifeSeconds);
    double _smooth;
    bool _hasSmooth;

    /// <summary>The residual farthest from usual since values have been odd.</summary>
    double _oddPeak;

    public ResidualTails Tails { get; private set; } = new(lookSeconds, priorExponent);

    public double Level => _level.Value;

    /// <summary>The value as this view sees it, less its rhythm.</summary>
    public double Smooth => _smooth;

    /// <summary>Distance of the value from where it usually lies, in practical floors.</summary>
    public double Residual => _level.IsEmpty ? 0 : _smooth - _level.Value;

    /// <summary>The probability that a normal look is at least this odd, referred to looks each 10 s.</summary>
    public double Probability => Tails.Probability(Residual) * (Rarity.LookSeconds / lookSeconds);

    /// <summary>The same for a value that is not smoothed.</summary>
    public double ProbabilityOf(double value) =>
        Tails.Probability(value - _level.Value) * (Rarity.LookSeconds / lookSeconds);

    /// <summary>Takes a value in.</summary>
    public void See(double value, double seconds)
    {
        double gain = smoothingSeconds == 0 || !_hasSmooth ? 1 : 1 - Math.Exp(-seconds / smoothingSeconds);
        _smooth += gain * (value - _smooth);
        _hasSmooth = true;
    }

    /// <summary>Learns the value taken in, as one of normal times.</summary>
    public void LearnNormal(double seconds)
    {
        _oddPeak = 0;
        Tails.Learn(Residual, seconds);
        _level.Learn(_smooth, seconds);
    }

    /// <summary>Learns an odd value, slowly, unless it has been odd for hours.</summary>
    public void LearnOdd(double seconds, double oddForSeconds)
    {
        _oddPeak = Math.Abs(Residual) > Math.Abs(_oddPeak) ? Residual : _oddPeak;
        double recovered = Math.Clamp(
            (oddForSeconds - AdaptFromSeconds) / (AdaptFullSeconds - AdaptFromSeconds), 0, 1);
        if (recovered == 1)
        {
            Tails.Learn(Residual, seconds);
        }

        _level.Learn(_smooth, seconds * (OddGain + ((1 - OddGain) * recovered)));
    }

    /// <summary>Forgets everything.</summary>
    public void StartAnew()
    {
        _level = new RobustLevel(levelHalfLifeSeconds);
        _hasSmooth = false;
        Tails = new ResidualTails(lookSeconds, priorExponent);
    }

    /// <summary>Calls usual what was odd: it has come back often enough.</summary>
    public void Accept(double oddForSeconds) => Tails.Accept(_oddPeak, oddForSeconds);

    /// <summary>The rhythm now explains more or less: the level takes the other part.</summary>
    public void Shift(double by)
    {
        _level.Shift(by);
        _smooth += by;
    }

    /// <summary>Follows a new regime at once.</summary>
    public void MoveTo(double level) => _level.MoveTo(level);

    /// <summary>Forgets what smoothing still carries of an anomaly that has ended.</summary>
    public void Settle(double residual) => _smooth = _level.Value + residual;

    /// <summary>After a long gap: the present counts more than what was before it.</summary>
    public void Resume(double ageSeconds)
    {
        _hasSmooth = false;
        _level.Loosen(ageSeconds);
        Tails.DropPending();
    }

    public void Save(in StateWriter writer)
    {
        _level.Save(writer);
        writer.Double(_smooth);
        writer.Byte((byte)(_hasSmooth ? 1 : 0));
        writer.Double(_oddPeak);
        Tails.Save(writer);
    }

    public bool Restore(ref StateReader reader)
    {
        bool isSane = _level.Restore(ref reader);
        _smooth = reader.Double();
        _hasSmooth = reader.Byte() != 0;
        _oddPeak = reader.Double();
        return Tails.Restore(ref reader) && isSane && Math.Abs(_smooth) <= SignalScale.ReachMax &&
            Math.Abs(_oddPeak) <= SignalScale.ReachMax;
    }
}
