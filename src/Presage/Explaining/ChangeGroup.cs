using Presage.Detection;

namespace Presage.Explaining;

/// <summary>
/// Series that changed in the same way: copies of a metric (devices, cores, hosts) and, on one host, other metrics that
/// moved in step with it.
/// </summary>
sealed class ChangeGroup(SeriesFinding leader)
{
    readonly HashSet<string> _hosts = new(StringComparer.Ordinal) { leader.Host };
    readonly List<SeriesFinding> _copies = [];
    readonly List<SeriesFinding> _alike = [];

    /// <summary>The strongest of them.</summary>
    public SeriesFinding Leader => leader;

    /// <summary>Others of the same metric that changed in the same way.</summary>
    public IReadOnlyList<SeriesFinding> Copies => _copies;

    /// <summary>Other metrics of its host that moved in step.</summary>
    public IReadOnlyList<SeriesFinding> Alike => _alike;

    /// <summary>The hosts of leader and copies.</summary>
    public IReadOnlyCollection<string> Hosts => _hosts;

    public void Copy(SeriesFinding copy)
    {
        _copies.Add(copy);
        _hosts.Add(copy.Host);
    }

    public void Align(ChangeGroup other)
    {
        _alike.Add(other.Leader);
        _alike.AddRange(other._alike);
    }

    /// <summary>What copies share: the metric and the direction.</summary>
    public static (string Metric, int Way) KeyOf(SeriesFinding finding) => (finding.Metric, finding.Change.Kind switch
    {
        ChangeKind.Rose or ChangeKind.Climbs => 1,
        ChangeKind.Fell or ChangeKind.Sinks => -1,
        ChangeKind.Peak => finding.Change.After >= finding.Change.Before ? 1 : -1,
        ChangeKind.Rougher => 2,
        ChangeKind.Calmer => -2,
        ChangeKind.Stopped => -3,
        _ => 3,
    });
}
