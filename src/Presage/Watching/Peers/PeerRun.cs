using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// When it begins and ends that a host is unlike its twins: five looks in a row begin it, a quarter of an hour of
/// ordinary ones ends it. What lasts a day is known and no news any more. A pure function of what it is told.
/// </summary>
sealed class PeerRun
{
    const int LooksToOpen = 5;
    const long CalmMs = 900_000;
    const long KnownAfterMs = 86_400_000;

    /// <summary>Looks that are ordinary enough to end it.</summary>
    const double CalmProbability = 0.01;

    /// <summary>The median of a quarter of an hour moves when half of it has passed.</summary>
    const long MedianLagMs = 450_000;

    int _odd;
    long _oddSinceMs;

    public bool IsOpen { get; private set; }

    /// <summary>Whether looks at it are no examples of normal ones.</summary>
    public bool IsSuspected => IsOpen || _odd > 0;

    /// <summary>The anomaly that runs, or the last one; null before the first.</summary>
    public HostAnomaly? Anomaly { get; private set; }

    /// <summary>The anomaly in words.</summary>
    public string Sentence { get; set; } = "";

    /// <summary>Whether it has run for so long that it is known.</summary>
    public bool IsKnown(long nowMs) => IsOpen && nowMs - Anomaly!.StartMs >= KnownAfterMs;

    /// <summary>Takes up an anomaly that was saved.</summary>
    public void Resume(HostAnomaly anomaly, string sentence) => (Anomaly, Sentence, IsOpen) = (anomaly, sentence, true);

    /// <summary>Ends what runs at once.</summary>
    public AnomalyChange End()
    {
        _odd = 0;
        bool wasOpen = IsOpen;
        IsOpen = false;
        return wasOpen ? AnomalyChange.Closed : AnomalyChange.None;
    }

    /// <param name="isOdd">Whether the look is rarer than what may be told.</param>
    /// <param name="isHeld">Whether users said that the like of it is not to be told.</param>
    /// <param name="causes">The vital signs in which the host differs, most first.</param>
    public AnomalyChange See(
        long nowMs, double probability, bool isOdd, bool isHeld, IReadOnlyList<AnomalyCause> causes)
    {
        if (isHeld)
        {
            return End();
        }

        double score = Rarity.ScoreOf(probability);
        if (IsOpen)
        {
            return Watch(nowMs, probability, score, causes);
        }

        _oddSinceMs = isOdd && _odd == 0 ? nowMs : _oddSinceMs;
        _odd = isOdd ? _odd + 1 : Math.Max(0, _odd - 2);
        if (_odd < LooksToOpen)
        {
            return AnomalyChange.None;
        }

        _odd = 0;
        IsOpen = true;
        Anomaly = new HostAnomaly(_oddSinceMs - MedianLagMs, nowMs, score, IsJoint: false, causes);
        return AnomalyChange.Opened;
    }

    AnomalyChange Watch(long nowMs, double probability, double score, IReadOnlyList<AnomalyCause> causes)
    {
        var running = Anomaly!;
        if (probability > CalmProbability)
        {
            return nowMs - running.EndMs < CalmMs ? AnomalyChange.None : End();
        }

        Anomaly = running with
        {
            EndMs = nowMs,
            PeakScore = Math.Max(running.PeakScore, score),
            Causes = causes.Count > 0 ? causes : running.Causes,
        };
        return AnomalyChange.None;
    }
}
