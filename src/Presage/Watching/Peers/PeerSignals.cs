using Presage.Detection;
using Presage.Metrics.Vitals;

namespace Presage.Watching;

/// <summary>
/// The vital signs by which hosts are compared with their twins: those that there is one of per host. Some of them
/// tell what a host is; the others (pressure, latency, errors) how it is, which is no ground to call it another kind.
/// </summary>
static class PeerSignals
{
    static readonly string[] Kinds =
    [
        "cpu_use", "load", "memory_used", "process_memory", "network_receive", "network_transmit",
        "packets", "file_handles", "processes", "context_switches",
    ];

    public static IReadOnlyList<VitalSign> All { get; } =
        [.. VitalCatalogue.Default.Vitals.Where(static vital => vital.Per is null)];

    public static IReadOnlyList<DetectorSettings> Settings { get; } =
        [.. All.Select(static vital => VitalTrack.SettingsOf(vital))];

    static readonly int[] KindIndexes =
        [.. Enumerable.Range(0, All.Count).Where(static i => Kinds.Contains(All[i].Id))];

    /// <summary>What a host usually does; null while its usual ranges are not known.</summary>
    public static PeerProfile? ProfileOf(IReadOnlyList<VitalTrack> tracks)
    {
        var profile = new PeerProfile(new double[KindIndexes.Length], new double[KindIndexes.Length]);
        bool any = false;
        for (int i = 0; i < KindIndexes.Length; i++)
        {
            int index = KindIndexes[i];
            (profile.Lower[i], profile.Upper[i]) = (double.NaN, double.NaN);
            foreach (var track in tracks)
            {
                if (track.Vital.Id == All[index].Id && track.IsPresent && !double.IsNaN(track.Reading.Lower))
                {
                    // As wide as the range is now, around the level of the last days.
                    double half = (PeerProfile.End(Settings[index], track.Reading.Upper) -
                        PeerProfile.End(Settings[index], track.Reading.Lower)) / 2;
                    double middle = PeerProfile.End(Settings[index], track.Detector.Level);
                    (profile.Lower[i], profile.Upper[i]) = (middle - half, middle + half);
                    any = true;
                }
            }
        }

        return any ? profile : null;
    }
}
