namespace Presage.Storage;

/// <summary>How long samples and roll-ups are kept.</summary>
/// <param name="Raw">The samples themselves.</param>
/// <param name="FiveMinutes">Roll-ups of five minutes; zero: none.</param>
/// <param name="OneHour">Roll-ups of an hour; zero: none.</param>
public readonly record struct RetentionTimes(TimeSpan Raw, TimeSpan FiveMinutes, TimeSpan OneHour)
{
    /// <summary>The longest of the three.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Math.Max(Raw.Ticks, Math.Max(FiveMinutes.Ticks, OneHour.Ticks)));
}
