using Presage.Detection;

namespace Presage.Watching;

/// <summary>What is told of the anomalies of a host and its vital signs.</summary>
static class HostEvents
{
    /// <summary>A vital sign whose anomaly runs.</summary>
    public static UnusualVital Unusual(VitalTrack track, TimeZoneInfo zone, long nowMs)
    {
        var anomaly = track.Detector.Anomaly;
        return new UnusualVital(
            track.Key,
            UnusualSentence.NameOf(track.Vital, track.Per?.Value),
            SentenceOf(track, anomaly, isOpen: true, zone, nowMs),
            track.IsPresent ? track.Value : anomaly.PeakValue,
            anomaly.Lower,
            anomaly.Upper,
            track.Vital.Unit,
            anomaly.PeakScore,
            anomaly.StartMs,
            RarityText.Of(anomaly.PeakScore));
    }

    /// <summary>The anomaly of a host as a whole.</summary>
    public static AnomalyEvent OfHost(
        string host, HostAnomaly anomaly, bool isOpen, TimeZoneInfo zone, long nowMs) => new(
        host,
        AnomalyLog.HostKey,
        "",
        new Anomaly
        {
            StartMs = anomaly.StartMs,
            EndMs = anomaly.EndMs,
            PeakMs = anomaly.EndMs,
            PeakValue = anomaly.PeakScore,
            PeakScore = anomaly.PeakScore,
            IsAbove = true,
        },
        isOpen,
        HostSentence.Of(anomaly, isOpen, zone, nowMs),
        anomaly.Causes);

    /// <summary>The anomaly of one vital sign.</summary>
    public static AnomalyEvent Of(
        string host, VitalTrack track, in Anomaly anomaly, bool isOpen, TimeZoneInfo zone, long nowMs) => new(
        host, track.Key, track.Vital.Id, anomaly, isOpen, SentenceOf(track, anomaly, isOpen, zone, nowMs));

    static string SentenceOf(VitalTrack track, in Anomaly anomaly, bool isOpen, TimeZoneInfo zone, long nowMs) =>
        UnusualSentence.Of(
            track.Vital, track.Per?.Value, track.IsPresent ? track.Value : null, anomaly, isOpen, zone, nowMs);
}
