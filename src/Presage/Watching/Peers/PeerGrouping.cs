using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// Which hosts are twins: those with the same label <c>role</c>, for their owner says so; all others where their usual
/// ranges are alike (<see cref="PeerGroups"/>), whatever job or name they have.
/// </summary>
static class PeerGrouping
{
    const string RoleLabel = "role";

    /// <summary>Members whose names begin alike give a group found by likeness its name.</summary>
    const double NamedShare = 0.8;

    /// <summary>Gives each host its group.</summary>
    /// <param name="hosts">Those that send, by name.</param>
    public static void Set(IReadOnlyList<(PeerHost Host, string? Role, IReadOnlyList<VitalTrack> Tracks)> hosts)
    {
        var roles = hosts.Where(static one => one.Role is not null)
            .GroupBy(static one => one.Role!, StringComparer.Ordinal)
            .Where(static role => role.Count() >= PeerComparison.HostsMin)
            .ToDictionary(static role => role.Key, static role => new PeerGroup(
                $"{RoleLabel} {role.Key}", IsByLabel: true, [.. role.Select(static one => one.Host.Name)]));
        var others = new List<PeerHost>();
        var profiles = new List<PeerProfile>();
        foreach (var (host, role, tracks) in hosts)
        {
            host.Group = role is null ? null : roles.GetValueOrDefault(role);
            if (host.Group is null && PeerSignals.ProfileOf(tracks) is { } profile)
            {
                others.Add(host);
                profiles.Add(profile);
            }
            else
            {
                host.Likeness = -1;
            }
        }

        int[] found = PeerGroups.Of(profiles, [.. others.Select(static host => host.Likeness)]);
        foreach (var members in others.Zip(found).GroupBy(static one => one.Second))
        {
            var group = members.Key < 0 ? null : Named([.. members.Select(static one => one.First.Name)]);
            foreach (var (host, number) in members)
            {
                (host.Likeness, host.Group) = (number, group);
            }
        }
    }

    static PeerGroup Named(IReadOnlyList<string> names)
    {
        var stem = names.CountBy(StemOf, StringComparer.Ordinal).MaxBy(static one => one.Value);
        string name = stem.Key.Length > 0 && stem.Value >= NamedShare * names.Count
            ? $"hosts {stem.Key}*"
            : $"hosts like {names[0]}";
        return new PeerGroup(name, IsByLabel: false, names);
    }

    /// <summary>"web" of "web-07.example.org".</summary>
    static string StemOf(string host)
    {
        string first = host.Split('.')[0];
        return first.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '_');
    }
}
