namespace Presage.Watching;

/// <summary>
/// How a host is unlike its twins, in words: "Memory use is 91 %; its 39 twins (role web) have 40–46 %. Since 14:02.
/// Load differs too (12 tasks, theirs 0.2–2 tasks)."
/// </summary>
static class PeerSentence
{
    const int AlsoMax = 2;

    /// <summary>A single difference, with the host's name.</summary>
    public static string Of(string host, PeerGroup group, AnomalyCause cause) =>
        $"{cause.Name} of {host} {HostSentence.Verb(cause, isOpen: true)} {HostSentence.Seen(cause)}; "
        + $"{Twins(group)} have {HostSentence.Usual(cause)}.";

    /// <summary>The anomaly.</summary>
    public static string Of(HostAnomaly anomaly, PeerGroup group, bool isOpen)
    {
        if (anomaly.Causes is not [var first, ..])
        {
            return $"Unlike {Twins(group)}.";
        }

        string start = SentenceTimes.Of(anomaly.SinceMs);
        string when = isOpen
            ? $"Since {start}"
            : $"From {start} to {SentenceTimes.Of(anomaly.EndMs)}";
        string[] also =
        [
            .. anomaly
                .Causes.Skip(1)
                .Take(AlsoMax)
                .Select(static cause =>
                    $"{cause.Name} ({HostSentence.Seen(cause)}, theirs {HostSentence.Usual(cause)})"),
        ];
        return $"{first.Name} {HostSentence.Verb(first, isOpen)} {HostSentence.Seen(first)}; {Twins(group)} "
            + $"{(isOpen ? "have" : "had")} {HostSentence.Usual(first)}. {when}"
            + $"{(also.Length == 0 ? "" : $"; unlike theirs too: {string.Join(" and ", also)}")}.";
    }

    static string Twins(PeerGroup group) => $"its {group.Hosts.Count - 1} twins ({group.Name})";
}
