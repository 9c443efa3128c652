namespace Presage.Watching;

/// <summary>What else moved about when a vital sign did, in words.</summary>
static class Companions
{
    /// <summary>What began this long before or after belongs together.</summary>
    const long TogetherMs = 300_000;

    /// <summary>Less is at the same time.</summary>
    const long EarlierMs = 2_000;

    const int NamedMax = 2;

    /// <summary>" Load moved first, 20 s earlier; Packets moved with it." Empty where nothing else moved.</summary>
    public static string Of(VitalTrack track, long sinceMs, IEnumerable<VitalTrack> all)
    {
        VitalTrack[] others =
        [
            .. all.Where(other => !ReferenceEquals(other, track) && other.SinceMs is { } theirsMs &&
                Math.Abs(theirsMs - sinceMs) <= TogetherMs)
                .OrderBy(static other => other.SinceMs).ThenBy(static other => other.Key, StringComparer.Ordinal),
        ];
        if (others.Length == 0)
        {
            return "";
        }

        long earlierMs = sinceMs - others[0].SinceMs!.Value;
        bool isLed = earlierMs >= EarlierMs;
        string first = isLed ? $" {NameOf(others[0])} moved first, {HostSentence.Earlier(earlierMs)} earlier" : "";
        string[] with = [.. others.Skip(isLed ? 1 : 0).Take(NamedMax).Select(NameOf)];
        return (isLed, with.Length) switch
        {
            (_, 0) => $"{first}.",
            (true, _) => $"{first}; {string.Join(" and ", with)} moved too.",
            _ => $" {string.Join(" and ", with)} moved with it.",
        };
    }

    static string NameOf(VitalTrack track) => UnusualSentence.NameOf(track.Vital, track.Per?.Value);
}
