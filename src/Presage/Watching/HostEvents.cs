using Presage.Detection;

namespace Presage.Watching;

/// <summary>What is told of the anomalies of a host and its vital signs.</summary>
static class HostEvents
{
    /// <summary>A vital sign whose anomaly runs.</summary>
    /// <param name="all">All vital signs of the host, for what moved with it.</param>
    public static UnusualVital Unusual(VitalTrack track, IEnumerable<VitalTrack> all)
    {
        var anomaly = track.Detector.Anomaly;
        return new UnusualVital(
            track.Key,
            UnusualSentence.NameOf(track.Vital, track.Per?.Value),
            SentenceOf(track, anomaly, all, isOpen: true),
            track.IsPresent ? track.Value : anomaly.PeakValue,
            anomaly.Lower,
            anomaly.Upper,
            track.Vital.Unit,
            anomaly.PeakScore,
            SinceMs(track, anomaly),
            RarityText.Of(anomaly.PeakScore));
    }

    /// <summary>The anomaly of a host as a whole.</summary>
    public static AnomalyEvent OfHost(string host, HostAnomaly anomaly, string sentence, bool isOpen) => new(
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
        sentence,
        isOpen ? anomaly.SinceMs : Math.Min(anomaly.SinceMs, anomaly.StartMs),
        anomaly.Causes);

    /// <summary>The anomaly of a host that is unlike its twins.</summary>
    public static AnomalyEvent OfTwins(string host, HostAnomaly anomaly, bool isOpen, string sentence) => new(
        host,
        AnomalyLog.TwinsKey,
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
        sentence,
        isOpen ? anomaly.SinceMs : Math.Min(anomaly.SinceMs, anomaly.StartMs),
        anomaly.Causes);

    /// <summary>The anomaly of one vital sign.</summary>
    public static AnomalyEvent Of(
        string host,
        VitalTrack track,
        in Anomaly anomaly,
        IEnumerable<VitalTrack> all,
        bool isOpen) => new(
        host,
        track.Key,
        track.Vital.Id,
        anomaly,
        isOpen,
        SentenceOf(track, anomaly, all, isOpen),
        SinceMs(track, anomaly));

    static string SentenceOf(VitalTrack track, in Anomaly anomaly, IEnumerable<VitalTrack> all, bool isOpen)
    {
        long sinceMs = SinceMs(track, anomaly);
        double? value = track.IsPresent ? track.Value : null;
        return UnusualSentence.Of(track.Vital, track.Per?.Value, value, anomaly, sinceMs, isOpen) +
            Companions.Of(track, sinceMs, isOpen ? all : []);
    }

    /// <summary>The change point, where one was found that belongs to the anomaly.</summary>
    static long SinceMs(VitalTrack track, in Anomaly anomaly) =>
        track.ChangedMs is { } changedMs && changedMs <= anomaly.EndMs &&
            anomaly.StartMs - changedMs <= ChangeDates.LookBackMs(anomaly.IsSlow)
            ? changedMs
            : anomaly.StartMs;
}
