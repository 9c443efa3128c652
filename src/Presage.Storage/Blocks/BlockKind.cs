namespace Presage.Storage;

/// <summary>What a block holds; the number stands in its header. Roll-ups are their step in seconds.</summary>
enum BlockKind
{
    /// <summary>Raw samples as the head or a backfill wrote them; a merge is still to come.</summary>
    Flushed = 0,

    /// <summary>Raw samples of a day, merged; the day's roll-ups are written.</summary>
    Merged = 1,

    /// <summary>Roll-ups of five minutes.</summary>
    FiveMinutes = 300,

    /// <summary>Roll-ups of an hour.</summary>
    OneHour = 3600,
}
