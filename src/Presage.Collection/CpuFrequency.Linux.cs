using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// /sys/devices/system/cpu: clock frequencies of each CPU (node_exporter's cpufreq), and how often heat throttled it.
/// </summary>
sealed class LinuxCpuFrequency : ICollector
{
    const double HertzPerKilohertz = 1000;

    readonly Sources _sources;
    readonly string _folder;
    readonly List<(byte[] Path, byte[] Key, double Scale)> _files = [];

    public LinuxCpuFrequency(Sources sources, SeriesKeys keys, int cores)
    {
        _sources = sources;
        _folder = Path.Join(sources.SysPath, "devices/system/cpu");
        var packages = new HashSet<string>();
        for (int cpu = 0; cpu < cores; cpu++)
        {
            AddCpu(keys, cpu, packages);
        }
    }

    public string Name => "cpufreq";

    public void Collect(CollectionWriter writer)
    {
        foreach (var (path, key, scale) in _files)
        {
            if (_sources.TryReadNumber(path, out double value))
            {
                writer.Write(key, value * scale);
            }
        }

        if (writer.Written == 0)
        {
            writer.Missing(_folder + "/cpu0/cpufreq");
        }
    }

    void AddCpu(SeriesKeys keys, int cpu, HashSet<string> packages)
    {
        string folder = Path.Join(_folder, $"cpu{cpu}");
        (string File, string Metric)[] frequencies =
        [
            ("cpuinfo_cur_freq", "node_cpu_frequency_hertz"),
            ("cpuinfo_min_freq", "node_cpu_frequency_min_hertz"),
            ("cpuinfo_max_freq", "node_cpu_frequency_max_hertz"),
            ("scaling_cur_freq", "node_cpu_scaling_frequency_hertz"),
            ("scaling_min_freq", "node_cpu_scaling_frequency_min_hertz"),
            ("scaling_max_freq", "node_cpu_scaling_frequency_max_hertz"),
        ];
        foreach (var (file, metric) in frequencies)
        {
            Add(Path.Join(folder, "cpufreq", file), HertzPerKilohertz, keys.Key(metric, new Label("cpu", $"{cpu}")));
        }

        string package = _sources.ReadText(folder, "topology/physical_package_id") ?? "";
        string core = _sources.ReadText(folder, "topology/core_id") ?? "";
        if (packages.Add($"{package}/{core}"))
        {
            Add(Path.Join(folder, "thermal_throttle/core_throttle_count"), 1,
                keys.Key("node_cpu_core_throttles_total", new Label("core", core), new Label("package", package)));
        }

        if (packages.Add(package))
        {
            Add(Path.Join(folder, "thermal_throttle/package_throttle_count"), 1,
                keys.Key("node_cpu_package_throttles_total", new Label("package", package)));
        }
    }

    void Add(string path, double scale, byte[] key)
    {
        byte[] bytes = Sources.PathBytes(path);
        if (_sources.TryReadNumber(bytes, out _))
        {
            _files.Add((bytes, key, scale));
        }
    }
}
