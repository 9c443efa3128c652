using Presage.Metrics;

namespace Presage.Bench;

/// <summary>
/// Hosts with series as a node exporter sends them, and what each sends next. Label sets are as long as real ones: 120
/// to 190 bytes.
/// </summary>
sealed class NodeFleet
{
    readonly NodeSeries[] _sources;
    readonly int _seriesPerHost;
    readonly byte[][] _keys;

    /// <summary>A fleet; another generation has the same hosts with other series (a new release, new containers).
    /// </summary>
    public NodeFleet(int hosts, int seriesPerHost, int generation = 0)
    {
        _seriesPerHost = seriesPerHost;
        _keys = new byte[hosts * seriesPerHost][];
        _sources = new NodeSeries[_keys.Length];
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = KeyOf(i / seriesPerHost, i % seriesPerHost, generation);
            _sources[i] = new NodeSeries(i);
        }
    }

    public int Count => _keys.Length;

    public int Hosts => _keys.Length / _seriesPerHost;

    /// <summary>Puts the next samples of a range of series into a batch.</summary>
    public void Fill(SampleBatch batch, int from, int to, long timestampMs, int scrapeSeconds, int jitterMs = 0)
    {
        batch.Clear();
        double second = timestampMs / 1000 % 86_400;
        for (int i = from; i < to; i++)
        {
            // One scrape, one timestamp: jitter is that of the host.
            ulong random = Mix((ulong)(i / _seriesPerHost), (ulong)timestampMs);
            long jitter = jitterMs == 0 ? 0 : (long)(random % (ulong)jitterMs);
            batch.AddSeries(_keys[i]);
            batch.AddSample(timestampMs + jitter, _sources[i].Step(scrapeSeconds, second));
        }
    }

    static ulong Mix(ulong a, ulong b)
    {
        ulong x = (a * 0x9E3779B97F4A7C15) ^ (b * 0xC2B2AE3D27D4EB4F);
        return x ^ (x >> 29);
    }

    static byte[] KeyOf(int host, int series, int generation) => LabelSet.OfMetric(
        $"node_family_{series / 12}_seconds_total",
        new Label("instance", $"server-{host:D4}.example.net:9100"),
        new Label("job", "node"),
        new Label("cpu", $"{series % 4}"),
        new Label("mode", $"mode{series % 12}"),
        new Label("release", generation == 0 ? "" : $"r{generation}"),
        new Label("datacenter", "eu-1")).ToKey();
}
