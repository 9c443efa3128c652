using Presage.Api;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>Hosts among their twins, as the API shows them.</summary>
sealed class PeerDesk(Watcher watcher, ReaderClock reader)
{
    /// <summary>All differences, those that run first, then by rarity.</summary>
    public IReadOnlyList<UnlikeTwins> Unlike() =>
    [
        .. watcher.Peers.All
            .SelectMany(static twins => twins.Differences.Select(one => Shown(twins, one)))
            .OrderBy(static one => one.Known)
            .ThenBy(static one => one.Probability),
    ];

    /// <summary>The groups of twins, the largest first.</summary>
    public IReadOnlyList<TwinGroup> Groups() =>
    [
        .. watcher.Peers.All.GroupBy(static twins => (twins.Group, twins.Hosts[0]))
            .Select(static group => new TwinGroup(group.Key.Group, group.First().IsByLabel, group.First().Hosts))
            .OrderByDescending(static group => group.Hosts.Count)
            .ThenBy(static group => group.Hosts[0], StringComparer.Ordinal),
    ];

    /// <summary>One host; null without twins.</summary>
    public TwinsView? Of(string host) => watcher.Peers.Of(host) is not { } twins ? null : new TwinsView(
        twins.Group,
        twins.IsByLabel,
        twins.Hosts,
        twins.Score,
        twins.Running is null ? null : Running(host),
        [.. twins.Differences.Select(one => Shown(twins, one))]);

    AnomalyItem? Running(string host) => watcher.Anomalies.Running(host, AnomalyLog.TwinsKey) is { } stored
        ? new AnomalyViews(watcher, reader).Shown(stored)
        : null;

    static UnlikeTwins Shown(HostTwins twins, TwinDifference one) => new(
        twins.Host, one.Vital, one.Name, twins.Group, twins.Hosts.Count, one.Value, one.Lower, one.Upper, one.Unit,
        one.Family, one.Probability, one.IsKnown, one.Sentence);
}
