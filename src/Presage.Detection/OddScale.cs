namespace Presage.Detection;

/// <summary>The time scale on which a value was odd.</summary>
enum OddScale : byte
{
    /// <summary>The value itself.</summary>
    Value,

    /// <summary>The mean of a minute.</summary>
    Minute,

    /// <summary>The mean of 5 minutes against the level of days.</summary>
    Slow,
}
