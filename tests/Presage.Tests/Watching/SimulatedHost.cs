using Presage.Metrics;
using Presage.Tests.Support;

namespace Presage.Tests.Watching;

/// <summary>
/// A machine with two cores, one disk, one file system and one interface as node_exporter reports it, from one seed.
/// Its load can be changed from one sample to the next.
/// </summary>
sealed class SimulatedHost
{
    readonly string _instance;
    readonly SeededGenerator _random;
    readonly double[] _idle = new double[2];
    readonly double[] _user = new double[2];
    readonly List<(LabelSet Labels, double Value)> _samples = [];
    long _lastMs = long.MinValue;
    double _memory;
    double _received;
    double _written;
    double _writes;
    double _writeSeconds;
    double _busySeconds;
    double _switches;

    public SimulatedHost(string instance, ulong seed)
    {
        _instance = instance;
        _random = new SeededGenerator(seed);
    }

    /// <summary>Share of all CPU time in use.</summary>
    public double CpuUse { get; set; } = 0.03;

    public double MemoryUse { get; set; } = 0.4;

    public double FilesystemUse { get; set; } = 0.5;

    /// <summary>Whether the disk is there.</summary>
    public bool HasDisk { get; set; } = true;

    /// <summary>Whether its work varies from second to second, not from sample to sample.</summary>
    public bool IsEverySecond { get; init; }

    /// <summary>What becomes of each value before it is sent: metric, value; as it is where null.</summary>
    public Func<string, double, double>? Twist { get; set; }

    /// <summary>Adds all series at a time to a batch.</summary>
    public void Sample(SampleBatch batch, long timestampMs)
    {
        double seconds = _lastMs == long.MinValue ? 0 : (timestampMs - _lastMs) / 1000.0;
        _lastMs = timestampMs;
        for (; IsEverySecond && seconds > 1; seconds--)
        {
            Work(1);
        }

        Work(seconds);
        _samples.Clear();
        Report();
        foreach (var (labels, value) in _samples)
        {
            batch.AddSeries(labels.ToKey());
            batch.AddSample(timestampMs, Twist is null ? value : Twist(labels.MetricName, value));
        }
    }

    void Work(double seconds)
    {
        for (int cpu = 0; cpu < 2; cpu++)
        {
            double use = Math.Clamp(CpuUse + (0.01 * _random.Exponential()), 0, 1);
            _user[cpu] += use * seconds;
            _idle[cpu] += (1 - use) * seconds;
        }

        _memory = 0.002 * _random.Normal();
        _received += 20_000 * seconds * (0.5 + _random.Exponential());
        _switches += 800 * seconds * (0.8 + (0.4 * _random.Uniform()));
        if (HasDisk)
        {
            double writes = seconds * 3;
            _writes += writes;
            _written += writes * 8192;
            _writeSeconds += writes * 0.002;
            _busySeconds += writes * 0.001;
        }
    }

    void Report()
    {
        for (int cpu = 0; cpu < 2; cpu++)
        {
            Add("node_cpu_seconds_total", _user[cpu], ("cpu", $"{cpu}"), ("mode", "user"));
            Add("node_cpu_seconds_total", _idle[cpu], ("cpu", $"{cpu}"), ("mode", "idle"));
            Add("node_cpu_seconds_total", 0, ("cpu", $"{cpu}"), ("mode", "iowait"));
        }

        Add("node_load1", 0.2 + (CpuUse * 2));
        Add("node_memory_MemTotal_bytes", 8.0 * (1L << 30));
        Add("node_memory_MemAvailable_bytes", 8.0 * (1L << 30) * (1 - MemoryUse - _memory));
        Add("node_filesystem_size_bytes", 1e11, ("mountpoint", "/"), ("fstype", "ext4"));
        Add("node_filesystem_avail_bytes", 1e11 * (1 - FilesystemUse), ("mountpoint", "/"), ("fstype", "ext4"));
        Add("node_filesystem_size_bytes", 1e9, ("mountpoint", "/run"), ("fstype", "tmpfs"));
        Add("node_filesystem_avail_bytes", 1e9, ("mountpoint", "/run"), ("fstype", "tmpfs"));
        Add("node_network_receive_bytes_total", Math.Floor(_received), ("device", "eth0"));
        Add("node_network_receive_bytes_total", 1e12, ("device", "lo"));
        Add("node_context_switches_total", Math.Floor(_switches));
        if (HasDisk)
        {
            Add("node_disk_writes_completed_total", _writes, ("device", "sda"));
            Add("node_disk_written_bytes_total", _written, ("device", "sda"));
            Add("node_disk_write_time_seconds_total", _writeSeconds, ("device", "sda"));
            Add("node_disk_io_time_seconds_total", _busySeconds, ("device", "sda"));
        }

        Add("node_uname_info", 1, ("sysname", "Linux"), ("release", "6.1.0"), ("machine", "x86_64"));
        Add("node_os_info", 1, ("pretty_name", "Debian GNU/Linux 12 (bookworm)"));
    }

    void Add(string metric, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var all = new List<Label>
        {
            new(LabelNames.MetricName, metric), new(LabelNames.Instance, _instance), new(LabelNames.Job, "node"),
        };
        foreach (var (name, text) in labels)
        {
            all.Add(new Label(name, text));
        }

        _samples.Add((LabelSet.Of([.. all]), value));
    }
}
