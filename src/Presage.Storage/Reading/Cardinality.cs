using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Counts the active series by metric, host and label. It reads the head's postings, one label at a time, so memory
/// holds no more than the values of one label; a shard's index is locked for one label at a time.
/// </summary>
static class Cardinality
{
    public static CardinalityReport Of(Head head, int most)
    {
        var metrics = new TopCounts<string>(most);
        var hosts = new TopCounts<string>(most);
        var labels = new TopCounts<LabelCount>(most);
        var pairs = new TopCounts<LabelPairCount>(most);
        foreach (string name in Names(head))
        {
            var counts = CountsOf(head, name);
            bool isMetric = name == LabelNames.MetricName;
            long series = 0;
            foreach (var (value, count) in counts)
            {
                series += count;
                if (isMetric)
                {
                    metrics.Add(value, count);
                }
                else
                {
                    pairs.Add(new LabelPairCount(name, value, count), count);
                }
            }

            labels.Add(new LabelCount(name, counts.Count, series), counts.Count);
        }

        foreach (var shard in head.Shards)
        {
            lock (shard.Index.Lock)
            {
                foreach (var host in shard.Index.Hosts)
                {
                    hosts.Add(host.Name, host.Series.Count);
                }
            }
        }

        return new CardinalityReport(
            head.Series.Count,
            [.. metrics.Descending().Select(static m => new NamedCount(m.Item, m.Count))],
            [.. hosts.Descending().Select(static h => new NamedCount(h.Item, h.Count))],
            [.. labels.Descending().Select(static l => l.Item)],
            [.. pairs.Descending().Select(static p => p.Item)]);
    }

    static HashSet<string> Names(Head head)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var shard in head.Shards)
        {
            lock (shard.Index.Lock)
            {
                names.UnionWith(shard.Index.Names());
            }
        }

        return names;
    }

    static Dictionary<string, long> CountsOf(Head head, string name)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var shard in head.Shards)
        {
            lock (shard.Index.Lock)
            {
                foreach (string value in shard.Index.ValuesOf(name))
                {
                    counts[value] = counts.GetValueOrDefault(value) + shard.Index.Of(name, value).Length;
                }
            }
        }

        return counts;
    }
}
