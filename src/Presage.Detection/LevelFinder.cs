namespace Presage.Detection;

/// <summary>Finds the level that values have beside a rhythm.</summary>
/// <param name="halfLifeSeconds">How fast it forgets.</param>
struct LevelFinder(DayProfile rhythm, double halfLifeSeconds)
{
    RobustLevel _level = new(halfLifeSeconds);

    /// <summary>The level; null before the first value.</summary>
    public readonly double? Level => _level.IsEmpty ? null : _level.Value;

    /// <summary>The newest value less its rhythm.</summary>
    public double Newest { get; private set; } = double.NaN;

    /// <summary>Takes a value that stood for some time, of the scale of detectors.</summary>
    public void See(long timestampMs, double value, double seconds)
    {
        var (least, most) = rhythm.At(timestampMs);
        double level = Level ?? value - ((least + most) / 2);
        Newest = value - Math.Clamp(value - level, least, most);
        _level.Learn(Newest, seconds);
    }
}
