using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// Keeps anomalies of single vital signs from being told where users said so of the like of them (<see
/// cref="AnomalyLabels"/>). What runs when it is said ends, and comes back when it is taken back.
/// </summary>
sealed class HeldVitals(string host, AnomalyLabels? labels)
{
    /// <summary>The label that holds a vital sign's anomaly back; null when it is to be told.</summary>
    public AnomalyLabel? Of(VitalTrack track) => labels is null || !labels.AnyOf(host)
        ? null
        : labels.Holding(host, CauseLikeness.Of(track.Key, []), track.Detector.Anomaly.PeakScore);

    /// <summary>Takes out of what opened and closed what is held back, and adds what words have changed.</summary>
    public void Turn(
        IEnumerable<VitalTrack> tracks, List<(VitalTrack Track, Anomaly Anomaly, bool IsOpen)> changes, long nowMs)
    {
        var opened = changes.Where(static change => change.IsOpen).Select(static change => change.Track).ToHashSet();
        changes.RemoveAll(change => IsKeptBack(change.Track, change.IsOpen, nowMs));
        foreach (var track in tracks)
        {
            if (!track.Detector.IsUnusual || opened.Contains(track) || Of(track) is not null == track.IsHeld)
            {
                continue;
            }

            track.IsHeld = !track.IsHeld;
            changes.Add((track, track.Detector.Anomaly, !track.IsHeld));
        }
    }

    bool IsKeptBack(VitalTrack track, bool isOpen, long nowMs)
    {
        if (!isOpen)
        {
            bool wasHeld = track.IsHeld;
            track.IsHeld = false;
            return wasHeld;
        }

        if (Of(track) is not { } label)
        {
            return false;
        }

        track.IsHeld = true;
        labels!.Held(label, nowMs);
        return true;
    }
}
