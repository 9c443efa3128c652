using System.Runtime.InteropServices;
using Presage.Detection;
using Presage.Metrics;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// Compares hosts with their twins once a minute: the median of the last quarter of an hour of each vital sign against
/// those of the others. How rare a distance is, is counted over the whole fleet (<see cref="PeerRarity"/>); what is
/// rarer than the false alarms allowed becomes an anomaly of its own. All of it belongs to the watcher's loop, but for
/// <see cref="Of"/> and <see cref="All"/>.
/// </summary>
public sealed class PeerWatch
{
    const long LookEveryMs = 60_000;
    const long GroupEveryMs = 600_000;
    const long SaveEveryMs = 600_000;

    /// <summary>Looks a minute apart are medians of the same quarter of an hour.</summary>
    const double LooksPerQuarter = 15;
    const double QuartersPerWeek = 672;

    /// <summary>A vital sign rarer than this is named.</summary>
    const double NamedProbability = 0.01;

    /// <summary>Of those listed, the share that chance explains.</summary>
    const double FalseShareMax = 0.05;

    /// <summary>A host without twins for this long has no anomaly of that kind any more.</summary>
    const long AloneMaxMs = 3_600_000;

    /// <summary>Half of what is known of a difference is forgotten in a day without it.</summary>
    static readonly double KnownKept = double.Exp2(-1 / 1_440.0);

    readonly AnomalyLabels _labels;
    readonly FalseAlarms _falseAlarms;
    readonly PeerStates _states;
    readonly PeerRarity[] _rarities = [.. PeerSignals.All.Select(static _ => new PeerRarity())];
    readonly Dictionary<string, PeerHost> _hosts = new(StringComparer.Ordinal);
    volatile IReadOnlyDictionary<string, HostTwins> _twins = new Dictionary<string, HostTwins>();
    long _lookedMs = long.MinValue / 2;
    long _groupedMs = long.MinValue / 2;
    long _savedMs;
    int _groupedHosts;

    internal PeerWatch(
        StateDatabase state, AnomalyLog log, AnomalyLabels labels, FalseAlarms falseAlarms, ILogger logger)
    {
        _labels = labels;
        _falseAlarms = falseAlarms;
        _states = new PeerStates(state);
        if (_states.Load(_rarities, (host, signal, farness) => Meet(host).Known[signal] = farness) is { } problem)
        {
            Log.PeersDropped(logger, problem);
        }

        foreach (var running in log.RunningTwins())
        {
            Meet(running.Host).Run.Resume(
                new HostAnomaly(running.StartMs, running.PeakMs, running.PeakScore, false, running.Causes),
                running.Sentence);
        }
    }

    /// <summary>A host among its twins; null without any.</summary>
    public HostTwins? Of(string host) => _twins.GetValueOrDefault(host);

    /// <summary>All hosts that have twins.</summary>
    public IEnumerable<HostTwins> All => _twins.Values;

    /// <summary>A look, when it is time for one.</summary>
    /// <param name="hosts">Those that send.</param>
    internal void Turn(
        long nowMs,
        Func<IEnumerable<(HostEntry Entry, HostWatch Watch)>> hosts,
        Maintenance maintenance,
        List<AnomalyEvent> events)
    {
        if (nowMs - _lookedMs < LookEveryMs)
        {
            return;
        }

        double seconds = _lookedMs < 0 ? 0 : (nowMs - _lookedMs) / 1_000.0;
        _lookedMs = nowMs;
        Gather(nowMs, hosts(), maintenance);
        foreach (var rarity in _rarities)
        {
            rarity.Forget(seconds);
        }

        foreach (var group in _hosts.Values.Where(static host => host is { IsPresent: true, Group: not null })
            .GroupBy(static host => host.Group!))
        {
            Compare([.. group]);
        }

        foreach (var host in _hosts.Values)
        {
            Judge(host, nowMs, events);
        }

        Publish();
        if (nowMs - _savedMs >= SaveEveryMs)
        {
            Save(nowMs);
        }
    }

    /// <summary>Moves what is to be stored of a host into a batch.</summary>
    internal void Flush(string host, SampleBatch batch)
    {
        if (_hosts.TryGetValue(host, out var peer))
        {
            peer.Flush(batch);
        }
    }

    /// <summary>The anomalies that run, to be written as they are now.</summary>
    internal void AddRunning(List<AnomalyEvent> events)
    {
        foreach (var host in _hosts.Values)
        {
            if (host.Run is { IsOpen: true, Anomaly: { } anomaly })
            {
                events.Add(HostEvents.OfTwins(host.Name, anomaly, isOpen: true, host.Run.Sentence));
            }
        }
    }

    /// <summary>Drops a host that is forgotten.</summary>
    internal void Forget(string host) => _hosts.Remove(host);

    /// <summary>Saves what is known.</summary>
    internal void Save(long nowMs)
    {
        _savedMs = nowMs;
        _states.Save(_rarities, _hosts.Values, nowMs);
    }

    PeerHost Meet(string name)
    {
        if (!_hosts.TryGetValue(name, out var host))
        {
            host = new PeerHost(name);
            _hosts.Add(name, host);
        }

        return host;
    }

    /// <summary>Notes the present and, now and then, who is whose twin.</summary>
    void Gather(long nowMs, IEnumerable<(HostEntry Entry, HostWatch Watch)> hosts, Maintenance maintenance)
    {
        foreach (var host in _hosts.Values)
        {
            host.IsPresent = false;
            host.Findings.Clear();
            host.Probability = null;
        }

        var present = new List<(PeerHost Host, string? Role, IReadOnlyList<VitalTrack> Tracks)>();
        foreach (var (entry, watch) in hosts.OrderBy(static one => one.Entry.Name, StringComparer.Ordinal))
        {
            if (entry.IsSilentAt(nowMs) || maintenance.IsOn(entry.Name, entry.NewestMs))
            {
                continue;
            }

            var (host, tracks) = (Meet(entry.Name), watch.AllTracks());
            host.IsPresent = true;
            host.SeenMs = entry.NewestMs;
            host.Note(tracks);
            present.Add((host, entry.Labels.GetValueOrDefault("role"), tracks));
        }

        if (nowMs - _groupedMs >= GroupEveryMs || present.Count != _groupedHosts)
        {
            (_groupedMs, _groupedHosts) = (nowMs, present.Count);
            PeerGrouping.Set(present);
        }
    }

    void Compare(List<PeerHost> hosts)
    {
        var with = new List<PeerHost>(hosts.Count);
        var values = new List<double>(hosts.Count);
        var known = new List<double>(hosts.Count);
        for (int signal = 0; signal < PeerSignals.All.Count; signal++)
        {
            with.Clear();
            values.Clear();
            known.Clear();
            foreach (var host in hosts)
            {
                if (host.Median(signal) is var value && !double.IsNaN(value))
                {
                    with.Add(host);
                    values.Add(value);
                    known.Add(host.Known.GetValueOrDefault(signal));
                }
            }

            if (with.Count < PeerComparison.HostsMin)
            {
                continue;
            }

            var readings = PeerComparison.Of(
                CollectionsMarshal.AsSpan(values), PeerSignals.Settings[signal], CollectionsMarshal.AsSpan(known));
            for (int i = 0; i < readings.Length; i++)
            {
                double probability = _rarities[signal].Probability(readings[i].Farness);
                with[i].Findings.Add(new PeerFinding(signal, values[i], readings[i], probability));
            }
        }
    }

    void Judge(PeerHost host, long nowMs, List<AnomalyEvent> events)
    {
        if (host.Findings.Count == 0 || host.Group is not { } group)
        {
            if (host.Run.IsOpen && nowMs - host.Run.Anomaly!.EndMs > AloneMaxMs)
            {
                Tell(host, host.Run.End(), events);
            }

            return;
        }

        double least = host.Findings.Min(static finding => finding.Probability);
        double probability = Math.Min(1, least * host.Findings.Count);
        host.Probability = probability;
        bool isOdd = probability * QuartersPerWeek <= _falseAlarms.OfHost(host.Name);
        List<AnomalyCause> causes = isOdd || host.Run.IsOpen ? Causes(host) : [];
        bool isHeld = causes.Count > 0 && _labels.AnyOf(host.Name) && IsHeldBack(host, causes, probability, nowMs);
        bool wasKnown = host.Run.IsKnown(nowMs);
        var change = wasKnown ? host.Run.End() : host.Run.See(nowMs, probability, isOdd, isHeld, causes);
        Learn(host, wasKnown);
        Tell(host, change, events);
        if (host.Run.IsOpen)
        {
            var anomaly = host.Run.Anomaly!;
            host.Run.Sentence = PeerSentence.Of(anomaly, group, nowMs - anomaly.EndMs < 2 * LookEveryMs);
        }

        host.Store(host.SeenMs);
    }

    bool IsHeldBack(PeerHost host, IReadOnlyList<AnomalyCause> causes, double probability, long nowMs)
    {
        var parts = CauseLikeness.Of(AnomalyLog.TwinsKey, causes);
        if (_labels.Holding(host.Name, parts, Rarity.ScoreOf(probability)) is not { } label)
        {
            host.HeldMs = 0;
            return false;
        }

        if (host.HeldMs == 0)
        {
            _labels.Held(label, nowMs);
        }

        host.HeldMs = nowMs;
        return true;
    }

    /// <summary>Counts what is normal; takes what has lasted for a day as known.</summary>
    void Learn(PeerHost host, bool isKnownNow)
    {
        foreach (var (signal, _, reading, probability) in host.Findings)
        {
            double known = host.Known.GetValueOrDefault(signal);
            if (isKnownNow && probability <= NamedProbability)
            {
                host.Known[signal] = reading.Farness * Math.Max(1, known);
            }
            else if (!host.Run.IsSuspected)
            {
                _rarities[signal].Learn(reading.Farness, 1 / LooksPerQuarter);
            }

            if (known > 0 && reading.Farness * Math.Max(1, known) <= 1)
            {
                host.Known[signal] = known * KnownKept;
                if (host.Known[signal] <= 1)
                {
                    host.Known.Remove(signal);
                }
            }
        }
    }

    static void Tell(PeerHost host, AnomalyChange change, List<AnomalyEvent> events)
    {
        if (change == AnomalyChange.None)
        {
            return;
        }

        var anomaly = host.Run.Anomaly!;
        bool isOpen = change == AnomalyChange.Opened;
        string sentence = host.Group is { } group
            ? PeerSentence.Of(anomaly, group, isOpen)
            : host.Run.Sentence;
        events.Add(HostEvents.OfTwins(host.Name, anomaly, isOpen, sentence));
    }

    /// <summary>The vital signs in which the host differs, oddest first.</summary>
    static List<AnomalyCause> Causes(PeerHost host) =>
    [
        .. host.Findings.Where(static finding => finding.Probability <= NamedProbability)
            .OrderBy(static finding => finding.Probability)
            .Select(finding => CauseOf(host, finding)),
    ];

    static AnomalyCause CauseOf(PeerHost host, PeerFinding finding)
    {
        var vital = PeerSignals.All[finding.Signal];
        return new AnomalyCause(
            vital.Id, vital.Name, finding.Value, finding.Reading.Lower, finding.Reading.Upper, vital.Unit,
            vital.Family, host.SinceMs(finding.Signal), -Math.Log10(finding.Probability));
    }

    /// <summary>What can be asked for: all differences that chance explains in one case of twenty at most.</summary>
    void Publish()
    {
        var sorted = _hosts.Values.SelectMany(static host => host.Findings)
            .Select(static finding => finding.Probability).Order().ToArray();
        double line = 0;
        for (int i = 0; i < sorted.Length && sorted[i] <= NamedProbability; i++)
        {
            line = sorted[i] * sorted.Length / (i + 1) <= FalseShareMax ? sorted[i] : line;
        }

        var twins = new Dictionary<string, HostTwins>(StringComparer.Ordinal);
        foreach (var host in _hosts.Values)
        {
            if (host is { IsPresent: true, Group: { } group })
            {
                twins[host.Name] = new HostTwins(
                    host.Name, group.Name, group.IsByLabel, group.Hosts,
                    host.Probability is { } probability ? Rarity.ScoreOf(probability) : null,
                    host.Run.IsOpen ? host.Run.Anomaly : null,
                    host.Run.IsOpen ? host.Run.Sentence : null,
                    Differences(host, group, line));
            }
        }

        _twins = twins;
    }

    static List<TwinDifference> Differences(PeerHost host, PeerGroup group, double line) =>
    [
        .. host.Findings
            .Select(finding => (Finding: finding, IsKnown: IsStillKnown(host, finding)))
            .Where(one => one.IsKnown || one.Finding.Probability <= line ||
                (host.Run.IsOpen && one.Finding.Probability <= NamedProbability))
            .OrderBy(static one => one.Finding.Probability)
            .Select(one => DifferenceOf(host, group, one.Finding, one.IsKnown)),
    ];

    /// <summary>Known to be out, and out as far as ever.</summary>
    static bool IsStillKnown(PeerHost host, PeerFinding finding) =>
        host.Known.GetValueOrDefault(finding.Signal) is > 1 and var known && finding.Reading.Farness * known > 1 &&
        finding.Probability > NamedProbability;

    static TwinDifference DifferenceOf(PeerHost host, PeerGroup group, PeerFinding finding, bool isKnown)
    {
        var cause = CauseOf(host, finding);
        return new TwinDifference(
            cause.Key, cause.Name, finding.Value, finding.Reading.Lower, finding.Reading.Upper, cause.Unit,
            cause.Family, finding.Probability, isKnown, PeerSentence.Of(host.Name, group, cause));
    }
}
