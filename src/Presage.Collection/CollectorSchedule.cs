namespace Presage.Collection;

/// <summary>
/// When a collector is due. Cheap ones run at every tick. Slow ones rest between <see cref="RestMin"/> and
/// <see cref="RestMax"/>: as long as it takes for their cost to stay under a share of one CPU (0.05 %), so that a
/// machine with 20,000 processes pays no more than one with 200.
/// </summary>
public sealed class CollectorSchedule
{
    /// <summary>A collector may use 1/2000 of one CPU.</summary>
    const double CostShareMax = 0.0005;

    long _nextMs = long.MinValue;

    CollectorSchedule(TimeSpan restMin, TimeSpan restMax)
    {
        RestMin = restMin;
        RestMax = restMax;
    }

    public TimeSpan RestMin { get; }

    public TimeSpan RestMax { get; }

    public static CollectorSchedule EveryTick() => new(TimeSpan.Zero, TimeSpan.Zero);

    public static CollectorSchedule Between(TimeSpan restMin, TimeSpan restMax) => new(restMin, restMax);

    public bool IsDue(long timestampMs) => timestampMs >= _nextMs;

    /// <summary>Notes a run and what it cost; a collector without data rests a minute.</summary>
    public void Ran(long timestampMs, TimeSpan cost, bool hadData)
    {
        var rest = !hadData ? TimeSpan.FromMinutes(1) : cost / CostShareMax;
        if (hadData)
        {
            rest = rest < RestMin ? RestMin : rest > RestMax ? RestMax : rest;
        }

        // Ticks jitter by some ms: due half a second early is due.
        _nextMs = timestampMs + Math.Max(0, (long)rest.TotalMilliseconds - 500);
    }
}
