using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// When an anomaly of a host begins and ends: an alarm begins it, five minutes without anything odd end it. A pure
/// function of what it is told.
/// </summary>
sealed class HostAnomalyRun
{
    /// <summary>Calm that ends an anomaly.</summary>
    public const long CalmMs = 300_000;

    public bool IsOpen { get; private set; }

    /// <summary>The anomaly that runs, or the last one; null before the first.</summary>
    public HostAnomaly? Anomaly { get; private set; }

    /// <summary>Takes up an anomaly that was saved.</summary>
    public void Resume(HostAnomaly anomaly, bool isOpen)
    {
        Anomaly = anomaly;
        IsOpen = isOpen;
    }

    /// <summary>Ends what runs at once: somebody said that it is usual.</summary>
    public AnomalyChange End()
    {
        IsOpen = false;
        return AnomalyChange.Closed;
    }

    /// <param name="isAlarm">Whether something is worth telling.</param>
    /// <param name="isOdd">Whether a vital sign is odd by itself: keeps a running anomaly open.</param>
    /// <param name="causes">What takes part now; asked for only where it is needed.</param>
    public AnomalyChange See(
        long nowMs,
        bool isAlarm,
        bool isJoint,
        bool isOdd,
        double score,
        Func<IReadOnlyList<AnomalyCause>> causes)
    {
        if (!IsOpen)
        {
            if (!isAlarm)
            {
                return AnomalyChange.None;
            }

            var first = causes();
            long sinceMs = first is [{ SinceMs: { } movedMs }, ..] ? Math.Min(movedMs, nowMs) : nowMs;
            Anomaly = new HostAnomaly(sinceMs, nowMs, score, isJoint, first);
            IsOpen = true;
            return AnomalyChange.Opened;
        }

        var running = Anomaly!;
        if (isAlarm || isOdd)
        {
            // In its first minutes the causes sort themselves out; later the oddest look tells them best.
            bool isTelling = score > running.PeakScore || nowMs - running.StartMs < 120_000;
            Anomaly = running with
            {
                EndMs = nowMs,
                PeakScore = Math.Max(running.PeakScore, score),
                IsJoint = running.IsJoint || (isAlarm && isJoint),
                Causes = isTelling ? causes() : running.Causes,
            };
            return AnomalyChange.None;
        }

        if (nowMs - running.EndMs < CalmMs)
        {
            return AnomalyChange.None;
        }

        IsOpen = false;
        return AnomalyChange.Closed;
    }
}
