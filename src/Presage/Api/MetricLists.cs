using Presage.Metrics;
using Presage.Receivers;
using Presage.Storage;

namespace Presage.Api;

/// <summary>The metric names of a host, with what is known of their meaning.</summary>
sealed class MetricLists(SampleStore store, MetricDescriptions descriptions, TimeProvider time)
{
    /// <summary>Names without a sample for this long are not listed.</summary>
    static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    static readonly (string Prefix, string Family)[] Families =
    [
        ("node_cpu", "cpu"), ("node_load", "cpu"), ("node_pressure_cpu", "cpu"), ("node_schedstat", "cpu"),
        ("node_memory", "memory"), ("node_vmstat", "memory"), ("node_pressure_memory", "memory"),
        ("node_disk", "disk"), ("node_pressure_io", "disk"), ("presage_disk", "disk"), ("node_md", "disk"),
        ("node_filesystem", "filesystem"), ("presage_filesystem", "filesystem"), ("node_filefd", "system"),
        ("node_network", "network"), ("node_netstat", "network"), ("node_sockstat", "network"),
            ("node_softnet", "network"),
        ("node_tcp", "network"), ("node_arp", "network"), ("node_nf_conntrack", "network"), ("node_udp", "network"),
        ("node_", "system"), ("presage_host", "system"), ("presage_process", "system"),
    ];

    static readonly (string Suffix, string Unit)[] Units =
    [
        ("_bytes_total", "bytes"), ("_bytes", "bytes"), ("_seconds_total", "seconds"), ("_seconds", "seconds"),
        ("_ratio", "ratio"), ("_celsius", "celsius"), ("_hertz", "hertz"), ("_volts", "volts"), ("_total", "count"),
    ];

    public int Count(string host) => store.ForHost(host).LabelValues(LabelNames.MetricName, [], Range()).Count;

    /// <param name="search">Only names that contain this, whatever the case.</param>
    public IReadOnlyList<MetricFamily> Of(string host, string? search)
    {
        var range = Range();
        var columns = new SampleColumns();
        return
        [
            .. store.ForHost(host).Select([], range)
                .GroupBy(static s => s.Labels.MetricName, StringComparer.Ordinal)
                .Where(g => search is null || g.Key.Contains(search, StringComparison.OrdinalIgnoreCase))
                .OrderBy(static g => g.Key, StringComparer.Ordinal)
                .Select(g => Describe(g.Key, [.. g], range, columns)),
        ];
    }

    MetricFamily Describe(string name, IReadOnlyList<ISampleSeries> series, TimeRange range, SampleColumns columns)
    {
        double? latest = null;
        if (series.Count == 1)
        {
            columns.Clear();
            series[0].Read(range, columns);
            latest = columns.Count > 0 && double.IsFinite(columns.Values[^1]) ? columns.Values[^1] : null;
        }

        var (type, help, unit) = descriptions.Of(name);
        return new MetricFamily(
            name,
            help,
            type ?? (name.EndsWith("_total", StringComparison.Ordinal) ? "counter" : null),
            Families.FirstOrDefault(f => name.StartsWith(f.Prefix, StringComparison.Ordinal)).Family ?? "other",
            series.Count,
            latest,
            unit ?? Units.FirstOrDefault(u => name.EndsWith(u.Suffix, StringComparison.Ordinal)).Unit);
    }

    TimeRange Range()
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new TimeRange(now - (long)Recent.TotalMilliseconds, now);
    }
}
