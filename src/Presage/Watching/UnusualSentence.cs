using Presage.Detection;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// An anomaly in words: subject, value with its usual range, shape with its time. "Write latency on sda is 24.6 ms,
/// usually 1.2–3.4 ms. It jumped at 14:02 and has stayed."
/// </summary>
static class UnusualSentence
{
    /// <param name="per">The mount point or device; null where there is one reading per host.</param>
    /// <param name="value">The latest value; null where there is none now.</param>
    /// <param name="sinceMs">When it began: its change point where one was found.</param>
    /// <param name="isOpen">Whether the anomaly still runs.</param>
    public static string Of(
        VitalSign vital,
        string? per,
        double? value,
        in Anomaly anomaly,
        long sinceMs,
        bool isOpen)
    {
        string subject = NameOf(vital, per);
        string usual = Quantity.FormatRange(anomaly.Lower, anomaly.Upper, vital.Unit, vital.Family);
        bool isOutside = value is { } now && (anomaly.IsAbove ? now > anomaly.Upper : now < anomaly.Lower);
        if (isOpen && isOutside)
        {
            string present = Quantity.Format(value!.Value, vital.Unit, vital.Family);
            string shape = Shape(vital, anomaly, SentenceTimes.Of(sinceMs));
            return $"{subject} {(vital.Plural ? "are" : "is")} {present}, usually {usual}. {shape}";
        }

        string peak = Quantity.Format(anomaly.PeakValue, vital.Unit, vital.Family);
        string were = vital.Plural ? "were" : "was";
        string when = SentenceTimes.Of(anomaly.PeakMs);
        bool isWithinOneMinute = sinceMs / 60_000 == anomaly.EndMs / 60_000;
        return isOpen || isWithinOneMinute || anomaly.EndMs == anomaly.StartMs
            ? $"{subject} {were} {peak} at {when}, usually {usual}."
            : $"{subject} {were} {peak} at {when}, usually {usual}. " +
              $"It lasted from {SentenceTimes.Of(sinceMs)} to {SentenceTimes.Of(anomaly.EndMs)}.";
    }

    /// <summary>"Write latency on sda".</summary>
    public static string NameOf(VitalSign vital, string? per) => per is null ? vital.Name : $"{vital.Name} on {per}";

    static string Shape(VitalSign vital, in Anomaly anomaly, string since)
    {
        string it = vital.Plural ? "They" : "It", have = vital.Plural ? "have" : "has";
        return (anomaly.IsSlow, anomaly.IsAbove) switch
        {
            (true, true) => $"{it} {have} been rising slowly since {since}.",
            (true, false) => $"{it} {have} been falling slowly since {since}.",
            (false, true) => $"{it} jumped at {since} and {have} stayed.",
            (false, false) => $"{it} fell at {since} and {have} stayed.",
        };
    }
}
