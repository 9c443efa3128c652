using Presage.Metrics;

namespace Presage.Bench.PromQl;

/// <summary>
/// A made-up fleet: per host 1,000 series as node_exporter and a web server have them, a sample of each every 15 s. The
/// same numbers on every run.
/// </summary>
sealed class FleetData
{
    public const int ScrapeSeconds = 15;
    const int SeriesPerHost = 1000;

    static readonly string[] Modes = ["idle", "user", "system", "iowait", "nice", "irq", "softirq", "steal"];
    static readonly string[] Bounds =
        ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];

    readonly List<(LabelSet Labels, int Kind)> _series = [];
    readonly double[] _values;
    uint _random = 2463534242;

    public FleetData(int hosts)
    {
        for (int host = 0; host < hosts; host++)
        {
            AddHost($"host-{host:D4}:9100");
        }

        Keys = [.. _series.Select(static s => s.Labels.ToKey())];
        _values = new double[_series.Count];
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = _series[i].Kind < 0 ? 50 + (i % 40) : 1_000_000 + (i % 1000);
        }
    }

    public byte[][] Keys { get; }

    public int Count => _series.Count;

    /// <summary>The next sample of every series.</summary>
    public ReadOnlySpan<double> Next()
    {
        for (int i = 0; i < _values.Length; i++)
        {
            int kind = _series[i].Kind;
            if (kind > 0)
            {
                _values[i] = Math.Round(_values[i] + (Random() % (uint)kind / 100.0), 2);
            }
            else if (kind < 0)
            {
                _values[i] = Math.Round(Math.Abs(_values[i] + ((Random() % 2001) / 1000.0) - 1), 3);
            }
            else
            {
                _values[i] = 1;
            }
        }

        AccumulateBuckets();
        return _values;
    }

    /// <summary>Buckets are cumulative: each counts what the ones below count, too.</summary>
    void AccumulateBuckets()
    {
        for (int i = 1; i < _values.Length; i++)
        {
            if (_series[i].Kind == BucketKind && _series[i - 1].Kind == BucketKind
                && _series[i].Labels["le"] != Bounds[0])
            {
                _values[i] = Math.Max(_values[i], _values[i - 1]);
            }
        }
    }

    const int BucketKind = 700;

    uint Random()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return _random;
    }

    void AddHost(string instance)
    {
        void Add(string name, int kind, params ReadOnlySpan<Label> labels) => _series.Add((
            LabelSet.OfMetric(name, [.. labels, new Label("instance", instance), new Label("job", "node")]), kind));

        int before = _series.Count;
        for (int cpu = 0; cpu < 16; cpu++)
        {
            foreach (string mode in Modes)
            {
                Add("node_cpu_seconds_total", mode == "idle" ? 1500 : 200,
                    new Label("cpu", $"{cpu}"), new Label("mode", mode));
            }
        }

        foreach (string part in (string[])["MemFree", "MemAvailable", "Buffers", "Cached", "Active", "Dirty", "Slab",
            "SwapFree"])
        {
            Add($"node_memory_{part}_bytes", -1);
        }

        for (int device = 0; device < 4; device++)
        {
            Add("node_network_receive_bytes_total", 90_000, new Label("device", $"eth{device}"));
            Add("node_network_transmit_bytes_total", 60_000, new Label("device", $"eth{device}"));
            Add("node_filesystem_avail_bytes", -1, new Label("mountpoint", $"/m{device}"));
            Add("node_filesystem_size_bytes", 0, new Label("mountpoint", $"/m{device}"));
        }

        for (int device = 0; device < 3; device++)
        {
            foreach (string what in (string[])["reads_completed", "writes_completed", "read_bytes", "written_bytes"])
            {
                Add($"node_disk_{what}_total", 5000, new Label("device", $"sd{device}"));
            }
        }

        Add("node_load1", -1);
        Add("node_load5", -1);
        Add("node_load15", -1);
        foreach (string handler in (string[])["/", "/api"])
        {
            foreach (string bound in Bounds)
            {
                Add("http_request_duration_seconds_bucket", BucketKind, new Label("le", bound),
                    new Label("handler", handler));
            }

            Add("http_request_duration_seconds_sum", 900, new Label("handler", handler));
            Add("http_request_duration_seconds_count", 900, new Label("handler", handler));
        }

        Add("up", 0);
        AddFamilies(instance, before);
    }

    /// <summary>Fills a host up with what else node_exporter has on a large machine.</summary>
    void AddFamilies(string instance, int before)
    {
        var known = _series.Skip(before).Select(static s => s.Labels).ToHashSet();
        foreach (var family in NodeFamilies.Of(2 * SeriesPerHost))
        {
            string name = family[0].Value;
            var labels = LabelSet.Of([.. family, new Label("instance", instance), new Label("job", "node")]);
            if (name != "node_cpu_seconds_total" && _series.Count < before + SeriesPerHost && known.Add(labels))
            {
                int kind = name == "node_systemd_unit_state" ? 0
                    : name.EndsWith("_total", StringComparison.Ordinal) ? 5000 : -1;
                _series.Add((labels, kind));
            }
        }
    }
}
