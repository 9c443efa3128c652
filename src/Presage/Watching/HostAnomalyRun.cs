using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// When an anomaly of a host begins and ends: an alarm begins it, five minutes (ten on a host's first day) without
/// anything odd end it. A pure
/// function of what it is told.
/// </summary>
sealed class HostAnomalyRun
{
    /// <summary>Calm that ends an anomaly.</summary>
    public const long CalmMs = 300_000;

    /// <summary>
    /// The same on a host's first day: what comes in bits and pieces, as work does, is one thing to be told.
    /// </summary>
    public const long CalmAtFirstMs = 600_000;

    /// <summary>How long the causes are told anew after something began.</summary>
    const long NewsMs = 120_000;

    long _newsMs;

    public bool IsOpen { get; private set; }

    /// <summary>The anomaly that runs, or the last one; null before the first.</summary>
    public HostAnomaly? Anomaly { get; private set; }

    /// <summary>Calm that ends this anomaly.</summary>
    public static long CalmFor(HostAnomaly anomaly) => anomaly.KnownSeconds is null ? CalmMs : CalmAtFirstMs;

    /// <summary>Takes up an anomaly that was saved.</summary>
    public void Resume(HostAnomaly anomaly, bool isOpen)
    {
        Anomaly = anomaly;
        IsOpen = isOpen;
        _newsMs = anomaly.StartMs;
    }

    /// <summary>Ends what runs at once: somebody said that it is usual.</summary>
    public AnomalyChange End()
    {
        IsOpen = false;
        return AnomalyChange.Closed;
    }

    /// <summary>Dates what takes part in the running anomaly, as far as that is known now.</summary>
    public void Date(Func<string, long?> sinceMs)
    {
        if (IsOpen && Anomaly!.Causes.Any(cause => sinceMs(cause.Key) is { } found && found != cause.SinceMs))
        {
            Anomaly = Anomaly with
            {
                Causes =
                [
                    .. Anomaly.Causes.Select(cause => cause with { SinceMs = sinceMs(cause.Key) ?? cause.SinceMs }),
                ],
            };
        }
    }

    /// <summary>Goes on by one look.</summary>
    /// <param name="causes">What takes part now; asked for only where it is needed.</param>
    /// <param name="value">The present value of what takes part, by its key; null where there is none.</param>
    public AnomalyChange See(
        long nowMs, in HostLook look, Func<IReadOnlyList<AnomalyCause>> causes, Func<string, double?> value)
    {
        if (!IsOpen)
        {
            if (!look.IsAlarm)
            {
                return AnomalyChange.None;
            }

            var first = causes();
            long sinceMs = first is [{ SinceMs: { } movedMs }, ..] ? Math.Min(movedMs, nowMs) : nowMs;
            Anomaly = new HostAnomaly(sinceMs, nowMs, look.Score, look.IsJoint, first)
            {
                KnownSeconds = look.KnownSeconds,
                AlarmsPerWeek = look.AlarmsPerWeek,
            };
            IsOpen = true;
            _newsMs = nowMs;
            return AnomalyChange.Opened;
        }

        var running = Anomaly!;
        if (look.IsAlarm || look.IsOdd)
        {
            // At first, and when more begins, the causes sort themselves out; later the oddest look tells them best.
            _newsMs = look.IsNews ? nowMs : _newsMs;
            bool isTelling = look.Score > running.PeakScore || nowMs - _newsMs < NewsMs;
            bool isJoint = look is { IsAlarm: true, IsJoint: true };
            Anomaly = running with
            {
                EndMs = nowMs,
                PeakScore = Math.Max(running.PeakScore, look.Score),
                IsJoint = running.IsJoint || isJoint,
                KnownSeconds = isJoint ? null : running.KnownSeconds,
                AlarmsPerWeek = Math.Min(running.AlarmsPerWeek, look.AlarmsPerWeek),
                Causes = Farthest(isTelling ? Retold(running.Causes, causes()) : running.Causes, value),
            };
            return AnomalyChange.None;
        }

        if (nowMs - running.EndMs < CalmFor(running))
        {
            return AnomalyChange.None;
        }

        IsOpen = false;
        return AnomalyChange.Closed;
    }

    /// <summary>
    /// The causes of now, each as far out as it has been. What only fades away tells less than what was.
    /// </summary>
    static IReadOnlyList<AnomalyCause> Retold(
        IReadOnlyList<AnomalyCause> before, IReadOnlyList<AnomalyCause> now)
    {
        if (now is not [var first, ..] || (!first.IsOutside() && before.Any(static cause => cause.IsOutside())))
        {
            return before;
        }

        return
        [
            .. now.Select(cause => before.FirstOrDefault(old => old.Key == cause.Key) is { } old &&
                old.Outside(old.Value) > cause.Outside(cause.Value)
                    ? old with { SinceMs = cause.SinceMs ?? old.SinceMs, Strength = cause.Strength }
                    : cause),
        ];
    }

    /// <summary>Takes the present value of what is farther out than it has been.</summary>
    static IReadOnlyList<AnomalyCause> Farthest(IReadOnlyList<AnomalyCause> causes, Func<string, double?> value)
    {
        return causes.Any(IsFarther)
            ? [.. causes.Select(cause => IsFarther(cause) ? cause with { Value = value(cause.Key) } : cause)]
            : causes;

        bool IsFarther(AnomalyCause cause) => cause.Outside(value(cause.Key)) > cause.Outside(cause.Value);
    }
}
