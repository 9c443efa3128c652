using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Selects series over head and blocks: all of them, or those of one host.</summary>
sealed class StoreSource(Head head, StoredSamples samples, string? host) : ISampleSource
{
    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var found = new Dictionary<LabelSet, StoredSeries>();
        foreach (var shard in ShardsAsked())
        {
            SelectInHead(shard, matchers, range, found);
        }

        var sorted = new ISampleSeries[found.Count];
        int count = 0;
        foreach (var series in found.Values)
        {
            sorted[count++] = series;
        }

        Array.Sort(sorted, static (a, b) => a.Labels.CompareTo(b.Labels));
        return sorted;
    }

    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var series in Select(matchers, range))
        {
            foreach (var label in series.Labels.Labels)
            {
                names.Add(label.Name);
            }
        }

        return [.. names];
    }

    public IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range)
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var series in Select(matchers, range))
        {
            string value = series.Labels[name];
            if (value.Length > 0)
            {
                values.Add(value);
            }
        }

        return [.. values];
    }

    Shard[] ShardsAsked() => host is null ? head.Shards : [head.ShardOf(host)];

    void SelectInHead(
        Shard shard, IReadOnlyList<LabelMatcher> matchers, TimeRange range, Dictionary<LabelSet, StoredSeries> found)
    {
        var index = shard.Index;
        lock (index.Lock)
        {
            foreach (int id in Selection.Select(index, matchers, host))
            {
                ref var series = ref head.Series[id];
                if (series.LastMs >= range.FromMs && series.LastMs != long.MinValue)
                {
                    var labels = index.LabelsOf(id, head.Keys[series.Key]);
                    found.Add(labels, new StoredSeries(samples, labels, series.KeyHash) { HeadId = id });
                }
            }
        }
    }
}
