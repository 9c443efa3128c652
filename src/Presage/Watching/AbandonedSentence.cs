using Presage.Detection;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// An anomaly that nobody carried on, in words: what was stored of it while it ran, told as over since its peak.
/// </summary>
static class AbandonedSentence
{
    public static string Of(StoredAnomaly stored)
    {
        if (stored.Key == AnomalyLog.HostKey)
        {
            return HostSentence.OfEnded(
                new HostAnomaly(stored.StartMs, stored.PeakMs, stored.PeakScore, IsJoint: false, stored.Causes));
        }

        if (VitalCatalogue.Default.Find(stored.Vital) is not { } vital)
        {
            return stored.Sentence;
        }

        var anomaly = new Anomaly
        {
            StartMs = stored.StartMs,
            EndMs = stored.PeakMs,
            PeakMs = stored.PeakMs,
            PeakValue = stored.PeakValue,
            PeakScore = stored.PeakScore,
            Lower = stored.Lower,
            Upper = stored.Upper,
            IsAbove = stored.IsAbove,
            IsSlow = stored.IsSlow,
        };
        return UnusualSentence.Of(vital, PerOf(stored.Key), value: null, anomaly, stored.SinceMs, isOpen: false);
    }

    /// <summary><c>/var</c> of <c>filesystem_use{mountpoint="/var"}</c>; null where there is one per host.</summary>
    static string? PerOf(string key)
    {
        int begin = key.IndexOf('"', StringComparison.Ordinal), end = key.LastIndexOf('"');
        return begin < 0 || end == begin ? null : key[(begin + 1)..end];
    }
}
