using Presage.Api;
using Presage.Detection;
using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Explaining;

/// <summary>
/// Which hosts are unlike their twins: hosts with the same role, else the same job, are compared vital sign by vital
/// sign, by the median of the last quarter of an hour. Answers are kept for a minute.
/// </summary>
sealed class PeerDesk(SampleStore store, Watcher watcher, TimeProvider time)
{
    /// <summary>Of those listed, the share that chance explains.</summary>
    const double FalseShareMax = 0.05;

    const long WindowMs = 900_000;
    const long KeepMs = 60_000;
    const int SamplesMin = 5;

    static readonly string[] GroupLabels = ["role", "job"];
    static readonly LabelMatcher[] Vitals = [new(LabelNames.MetricName, MatchOperator.Equal, "presage_vital")];

    readonly Lock _gate = new();
    IReadOnlyList<UnlikeTwins> _kept = [];
    long _keptMs = long.MinValue / 2;

    public IReadOnlyList<UnlikeTwins> Unlike()
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_gate)
        {
            if (nowMs - _keptMs >= KeepMs)
            {
                _kept = Compare(nowMs);
                _keptMs = nowMs;
            }

            return _kept;
        }
    }

    List<UnlikeTwins> Compare(long nowMs)
    {
        var found = new List<UnlikeTwins>();
        int compared = 0;
        foreach (var group in Groups())
        {
            foreach (var (key, readings) in ReadingsOf(group.Hosts, nowMs))
            {
                compared += readings.Count;
                Compare(group.Name, key, readings, found);
            }
        }

        found.Sort(static (a, b) => a.Probability.CompareTo(b.Probability));
        int told = found.FindLastIndex(one =>
            one.Probability * compared / (found.IndexOf(one) + 1) <= FalseShareMax) + 1;
        return found.GetRange(0, told);
    }

    /// <summary>Hosts that send, by role or else by job, where there are enough of them.</summary>
    IEnumerable<(string Name, List<string> Hosts)> Groups() => watcher.Registry.Snapshot()
        .Where(static host => !host.IsSilent)
        .GroupBy(static host => GroupLabels
            .Where(label => host.Labels.ContainsKey(label))
            .Select(label => $"{label} {host.Labels[label]}").FirstOrDefault(""))
        .Where(static group => group.Key.Length > 0 && group.Count() >= PeerComparison.HostsMin)
        .Select(static group => (group.Key, group.Select(static host => host.Name).ToList()));

    /// <summary>The median of each vital sign that there is one of per host, by vital sign.</summary>
    Dictionary<string, List<(string Host, double Value)>> ReadingsOf(List<string> hosts, long nowMs)
    {
        var readings = new Dictionary<string, List<(string Host, double Value)>>(StringComparer.Ordinal);
        var columns = new SampleColumns();
        var range = new TimeRange(nowMs - WindowMs, nowMs);
        foreach (string host in hosts)
        {
            foreach (var series in store.ForHost(host).Select(Vitals, range))
            {
                string id = series.Labels["vital"];
                if (VitalCatalogue.Default.Find(id) is not { Per: null })
                {
                    continue;
                }

                columns.Clear();
                series.Read(range, columns);
                columns.DropStaleMarkers();
                if (columns.Count >= SamplesMin)
                {
                    (readings.TryGetValue(id, out var known) ? known : readings[id] = []).Add((host, Median(columns)));
                }
            }
        }

        return readings;
    }

    static void Compare(
        string group, string id, List<(string Host, double Value)> readings, List<UnlikeTwins> found)
    {
        var vital = VitalCatalogue.Default.Find(id)!;
        double[] values = [.. readings.Select(static reading => reading.Value)];
        double middle = values.Order().ElementAt(values.Length / 2);
        double floor = Math.Max(vital.Floor, vital.RelativeFloor * Math.Abs(middle));
        var read = PeerComparison.Of(values, floor);
        for (int i = 0; i < read.Length; i++)
        {
            if (read[i].Probability < 0.05)
            {
                string seen = Quantity.Format(values[i], vital.Unit, vital.Family);
                string usual = Quantity.FormatRange(read[i].Lower, read[i].Upper, vital.Unit, vital.Family);
                found.Add(new UnlikeTwins(
                    readings[i].Host, id, vital.Name, group, readings.Count, values[i], read[i].Lower, read[i].Upper,
                    vital.Unit, vital.Family, read[i].Probability,
                    $"{vital.Name} of {readings[i].Host} {(vital.Plural ? "are" : "is")} {seen}; " +
                    $"its {readings.Count - 1} twins ({group}) have {usual}."));
            }
        }
    }

    static double Median(SampleColumns columns)
    {
        double[] values = columns.Values.ToArray();
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
