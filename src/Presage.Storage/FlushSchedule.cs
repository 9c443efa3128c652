namespace Presage.Storage;

/// <summary>Decides when hours are written to blocks.</summary>
static class FlushSchedule
{
    const long HourMs = 3_600_000;

    /// <summary>
    /// The end of the newest hour that is due at a time: chunks that began before it are to be written.
    /// </summary>
    public static long DueBeforeMs(DateTimeOffset now, TimeSpan delay)
    {
        long ms = now.ToUnixTimeMilliseconds() - (long)delay.TotalMilliseconds;
        return ms - (((ms % HourMs) + HourMs) % HourMs);
    }
}
