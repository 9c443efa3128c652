namespace Presage.Detection;

/// <summary>The size of change beyond which a host raises an alarm.</summary>
sealed class AlarmLine(Sensitivity sensitivity)
{
    /// <summary>Rows that have crossed the line.</summary>
    long _crossed;

    readonly double _line = sensitivity switch
    {
        Sensitivity.Low => 11,
        Sensitivity.Standard => 9,
        Sensitivity.High => 7,
        _ => 6,
    };

    public bool See(double change)
    {
        bool isCrossed = change >= _line;
        _crossed += isCrossed ? 1 : 0;
        return isCrossed;
    }

    public void Save(StateWriter writer) => writer.Long(_crossed);

    public bool Restore(ref StateReader reader)
    {
        _crossed = reader.Long();
        return _crossed >= 0;
    }
}
