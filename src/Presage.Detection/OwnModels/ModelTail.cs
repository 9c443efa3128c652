namespace Presage.Detection.OwnModels;

/// <summary>
/// What a model's raw answers for one series are worth: the probability that a normal step strays as far. The unit is
/// measured on the first answers, the level followed for a day, the tails learned as those of vital signs
/// (<see cref="ResidualTails"/>), so that neither the unit nor the offset of a model matters: one that is always far
/// off is simply not believed until it is farther off than ever.
/// </summary>
sealed class ModelTail(double stepSeconds, bool isTwoSided)
{
    /// <summary>Answers by which the unit is measured.</summary>
    public const int UnitLooks = 60;

    /// <summary>Answers before anything is judged.</summary>
    public const int LooksMin = 120;

    const double LevelHalfLifeSeconds = 86_400;

    /// <summary>
    /// As for the slower views of vital signs: a tail is believed heavy until it has shown otherwise.
    /// </summary>
    const double PriorExponent = 3;

    /// <summary>Where answers hardly differ, this share of their size is the unit.</summary>
    const double ShareMin = 1e-4;

    /// <summary>The unit where all answers were zero.</summary>
    const double UnitOfNothing = 1e-3;

    readonly ResidualTails _tails = new(stepSeconds, PriorExponent);
    RobustLevel _level = new(LevelHalfLifeSeconds);
    double[]? _first = new double[UnitLooks];
    double _unit = 1;
    int _looks;

    /// <summary>Whether enough is known to judge.</summary>
    public bool IsReady => _looks >= LooksMin && !_tails.IsEmpty;

    /// <summary>The ends of the usual range of raw answers.</summary>
    public double Lower => (_level.Value - _tails.UsualBelow) * _unit;

    /// <inheritdoc cref="Lower"/>
    public double Upper => (_level.Value + _tails.UsualAbove) * _unit;

    /// <summary>What raw answers are usually about.</summary>
    public double Level => _level.Value * _unit;

    /// <summary>
    /// How far an answer is from the usual level, in units; of one side only where the other is none.
    /// </summary>
    public double StrayOf(double raw)
    {
        double stray = (raw / _unit) - _level.Value;
        return isTwoSided ? stray : Math.Max(0, stray);
    }

    /// <summary>The probability that a normal step strays so far.</summary>
    public double Probability(double stray) =>
        Math.Min(1, (isTwoSided ? 2 : 1) * _tails.Probability(stray));

    /// <summary>Takes an ordinary answer in.</summary>
    public void Learn(double raw)
    {
        _looks = Math.Min(_looks + 1, int.MaxValue / 2);
        if (_first is not null)
        {
            _first[_looks - 1] = raw;
            if (_looks == UnitLooks)
            {
                MeasureUnit(_first);
                _first = null;
            }

            return;
        }

        double at = raw / _unit;
        _tails.Learn(at - _level.Value, stepSeconds);
        _level.Learn(at, stepSeconds);
    }

    /// <summary>Takes an answer in that was called odd for so long, or so often, that it is usual.</summary>
    public void Accept(double raw)
    {
        double at = raw / _unit;
        _tails.Accept(at - _level.Value, stepSeconds);
        _level.Learn(at, stepSeconds);
    }

    /// <summary>What was learned in the last minutes belongs to an anomaly that has begun.</summary>
    public void Forget() => _tails.DropPending();

    void MeasureUnit(double[] raws)
    {
        Array.Sort(raws);
        double middle = raws[raws.Length / 2];
        double size = Math.Max(Math.Abs(raws[0]), Math.Abs(raws[^1]));
        double[] strays = Array.ConvertAll(raws, raw => Math.Abs(raw - middle));
        Array.Sort(strays);
        double unit = Math.Max(strays[strays.Length / 2], ShareMin * size);
        _unit = unit > 1e-30 && double.IsFinite(unit) ? unit : UnitOfNothing;
        foreach (double raw in raws)
        {
            _level.Learn(raw / _unit, stepSeconds);
        }

        _level.MoveTo(middle / _unit);
    }
}
