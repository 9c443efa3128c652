namespace Presage.Detection;

/// <summary>What is odd about a series.</summary>
public enum SeriesOddity : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A value above anything seen: a spike.</summary>
    Spike,

    /// <summary>A value below anything seen: a dip.</summary>
    Dip,

    /// <summary>The mean of the last minutes lies where it never did: the level has shifted.</summary>
    Shift,

    /// <summary>It moves far more, or far less, than it ever did.</summary>
    Variance,

    /// <summary>It stands still for longer than it ever did.</summary>
    Flat,

    /// <summary>It has stopped although its host still sends.</summary>
    Missing,

    /// <summary>
    /// The mean of the last minutes does not belong to this hour of the day, or not on this kind of day: a broken
    /// rhythm.
    /// </summary>
    WrongTime,

    /// <summary>Its drift within a day is not what it used to be: the trend has changed.</summary>
    Trend,
}
