namespace Presage.Detection;

/// <summary>
/// Groups hosts by likeness of what they usually do (<see cref="PeerProfile"/>). A host belongs to the group whose
/// middle it is most like, from a likeness of <see cref="JoinAt"/> on, and stays until it falls below
/// <see cref="LeaveAt"/>: a fault that moves some of its signals for hours must not take it out of the group it is to
/// be compared with. Groups whose middles are the same become one. Deterministic in what it is given.
/// </summary>
public static class PeerGroups
{
    /// <summary>Likeness that makes a host a member.</summary>
    public const double JoinAt = 0.7;

    /// <summary>A member less like the middle than this leaves.</summary>
    public const double LeaveAt = 0.5;

    /// <summary>Groups whose middles are this much alike are one.</summary>
    const double MergeAt = 0.9;

    /// <summary>Beyond this many kinds of hosts the rest has no twins: the search must stay short.</summary>
    const int GroupsMax = 200;

    /// <summary>The number of its group for each host; -1 where it has no twins.</summary>
    /// <param name="profiles">Hosts, in an order that stays the same.</param>
    /// <param name="before">Their groups so far; -1 for new ones.</param>
    public static int[] Of(IReadOnlyList<PeerProfile> profiles, IReadOnlyList<int> before)
    {
        int[] groups = [.. before];
        Leave(profiles, groups);
        Join(profiles, groups);
        Merge(profiles, groups);
        Join(profiles, groups);
        foreach (var (group, members) in Members(groups))
        {
            if (members.Count < PeerComparison.HostsMin)
            {
                members.ForEach(host => groups[host] = -1);
            }
        }

        return groups;
    }

    static void Leave(IReadOnlyList<PeerProfile> profiles, int[] groups)
    {
        foreach (var (_, members) in Members(groups))
        {
            var middle = MiddleOf(profiles, members);
            foreach (int host in members)
            {
                groups[host] = PeerProfile.Likeness(profiles[host], middle) < LeaveAt ? -1 : groups[host];
            }
        }
    }

    /// <summary>Hosts without a group join the likeliest one or found one.</summary>
    static void Join(IReadOnlyList<PeerProfile> profiles, int[] groups)
    {
        var middles = Members(groups).ToDictionary(
            static group => group.Key, group => MiddleOf(profiles, group.Value));
        int next = middles.Count == 0 ? 0 : middles.Keys.Max() + 1;
        for (int host = 0; host < groups.Length; host++)
        {
            if (groups[host] >= 0)
            {
                continue;
            }

            var (group, likeness) = Likeliest(profiles[host], middles);
            if (likeness >= JoinAt)
            {
                groups[host] = group;
            }
            else if (middles.Count < GroupsMax)
            {
                groups[host] = next;
                middles.Add(next++, profiles[host]);
            }
        }
    }

    static (int Group, double Likeness) Likeliest(PeerProfile profile, Dictionary<int, PeerProfile> middles)
    {
        var best = (Group: -1, Likeness: -1.0);
        foreach (var (group, middle) in middles)
        {
            double likeness = PeerProfile.Likeness(profile, middle);
            if (likeness > best.Likeness || (likeness == best.Likeness && group < best.Group))
            {
                best = (group, likeness);
            }
        }

        return best;
    }

    /// <summary>
    /// Groups that are the same become one, the smaller in the larger; whoever is not like the middle of its group any
    /// more is free again.
    /// </summary>
    static void Merge(IReadOnlyList<PeerProfile> profiles, int[] groups)
    {
        var kept = new List<(int Group, PeerProfile Middle)>();
        foreach (var (group, members) in Members(groups).OrderByDescending(static one => one.Value.Count)
            .ThenBy(static one => one.Key))
        {
            var middle = MiddleOf(profiles, members);
            int into = kept.FindIndex(one => PeerProfile.Likeness(one.Middle, middle) >= MergeAt);
            if (into < 0)
            {
                kept.Add((group, middle));
            }

            foreach (int host in members)
            {
                groups[host] = into >= 0 ? kept[into].Group
                    : PeerProfile.Likeness(profiles[host], middle) < LeaveAt ? -1
                    : group;
            }
        }
    }

    static Dictionary<int, List<int>> Members(int[] groups)
    {
        var members = new Dictionary<int, List<int>>();
        for (int host = 0; host < groups.Length; host++)
        {
            if (groups[host] >= 0)
            {
                (members.TryGetValue(groups[host], out var known) ? known : members[groups[host]] = []).Add(host);
            }
        }

        return members;
    }

    static PeerProfile MiddleOf(IReadOnlyList<PeerProfile> profiles, List<int> members) =>
        PeerProfile.Middle([.. members.Select(host => profiles[host])]);
}
