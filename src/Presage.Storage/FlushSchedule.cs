namespace Presage.Storage;

/// <summary>Decides when hours are written to blocks.</summary>
static class FlushSchedule
{
    const long HourMs = 3_600_000;

    /// <summary>After an hour's end its flush is near: chunks closed meanwhile may be so many times as much.</summary>
    const int FactorBeforeFlush = 2;

    /// <summary>
    /// The end of the newest hour that is due at a time: chunks that began before it are to be written.
    /// </summary>
    public static long DueBeforeMs(DateTimeOffset now, TimeSpan delay)
    {
        long ms = now.ToUnixTimeMilliseconds() - (long)delay.TotalMilliseconds;
        return ms - (((ms % HourMs) + HourMs) % HourMs);
    }

    /// <summary>
    /// Whether closed chunks are written before their hour is over, because they take much memory: at one sample a
    /// second an hour of them is ten times what the series takes itself.
    /// </summary>
    public static bool IsEarlyDue(long closedBytes, int series, DateTimeOffset now, StorageOptions options)
    {
        long limit = options.EarlyFlushBytes + (series * options.EarlyFlushBytesPerSeries);
        long intoHour = ((now.ToUnixTimeMilliseconds() % HourMs) + HourMs) % HourMs;
        bool soon = intoHour < options.FlushDelay.TotalMilliseconds;
        return closedBytes > (soon ? limit * FactorBeforeFlush : limit);
    }
}
