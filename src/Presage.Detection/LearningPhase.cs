namespace Presage.Detection;

/// <summary>How much a detector knows, by the time its data cover (gaps do not count).</summary>
public enum LearningPhase : byte
{
    /// <summary>Learning the usual range: no band, no score yet (6 min).</summary>
    Range,

    /// <summary>The range is known, the rhythm of the day is not (2 days).</summary>
    Days,

    /// <summary>The rhythm of the day is known, that of the week and rare events are not (2 weeks).</summary>
    Weeks,

    Known,
}
