using Presage.Metrics;
using Presage.Metrics.Vitals;
using Presage.Tests.Support;
using Presage.Watching;

namespace Presage.Tests.Watching;

/// <summary>
/// A host on which nothing is wrong, as its vital signs: jobs that come at random, by the hour and by night load the
/// CPU, memory, disk and network together, over a rhythm of the day. Straight to the detectors, without a store.
/// </summary>
sealed class NormalHost
{
    readonly SeededGenerator _random;
    readonly int _cadence;
    readonly double _busy;
    readonly bool _isIdle;
    readonly List<VitalTrack> _tracks = [];
    readonly ReadingsOutput _output = new(new SampleBatch());
    double _slow;
    double _load;
    double _memory;
    double _job;
    double _jobDisk;
    double _jobUntil;

    /// <param name="isIdle">Whether hardly any job comes to it, as to a machine that was just installed.</param>
    public NormalHost(ulong seed, int cadenceSeconds, bool isIdle = false, FalseAlarms? falseAlarms = null)
    {
        _random = new SeededGenerator(seed);
        _cadence = cadenceSeconds;
        _isIdle = isIdle;
        _busy = (isIdle ? 0.05 : 1) * _random.Uniform();
        Judge = new HostJudge("web1", falseAlarms ?? FalseAlarms.Default);
    }

    public HostJudge Judge { get; }

    public IReadOnlyList<VitalTrack> Tracks => _tracks;

    /// <summary>Whether it has the jobs that come at random, by the hour and by night.</summary>
    public bool HasOwnJobs { get; init; } = true;

    /// <summary>What a fault adds to a vital sign; by its id.</summary>
    public Dictionary<string, double> Fault { get; } = [];

    /// <summary>One scrape.</summary>
    public void At(long timestampMs)
    {
        double seconds = timestampMs / 1000.0 % 86_400, kept = Math.Exp(-_cadence / 600.0);
        _slow = (_slow * kept) + (Math.Sqrt(1 - (kept * kept)) * _random.Normal());
        Jobs(seconds);
        double rhythm = 0.5 - (0.5 * Math.Cos(2 * Math.PI * ((seconds / 3_600) - 3) / 24));
        double cpu = (0.02 + (0.25 * _busy * rhythm) + (0.03 * _busy * _slow) + _job) *
            Math.Exp(0.15 * _random.Normal());
        cpu = Math.Clamp(cpu, 0.005, 1);
        _load += (1 - Math.Exp(-_cadence / 60.0)) * ((8 * cpu) - _load);
        _memory += (1 - Math.Exp(-_cadence / 120.0)) * ((0.15 * _job) - _memory);
        double io = _jobDisk + (0.01 * _random.Exponential());
        double requests = (_isIdle ? 0.02 : 1) *
            (0.1 + rhythm) * Math.Exp((0.2 * _slow) + (0.2 * _random.Normal()) + _job);
        See("cpu_use", null, cpu, timestampMs);
        See("cpu_iowait", null, Math.Min(1, 0.1 * io * _random.Exponential()), timestampMs);
        See("load", null, _load, timestampMs);
        See("tasks_running", null, Math.Floor((8 * cpu) + (_random.Exponential() * cpu * 3)), timestampMs);
        See("cpu_pressure", null, Math.Clamp((cpu - 0.5) * (0.5 + (0.2 * _random.Uniform())), 0, 1), timestampMs);
        double memory = 0.35 + (0.03 * rhythm) + (0.005 * _slow) + _memory;
        See("memory_use", null, memory, timestampMs);
        See("memory_used", null, memory * 16e9, timestampMs);
        See("process_memory", null, 2e9 + (_memory * 16e9), timestampMs);
        See("memory_pressure", null, 0.001 * _random.Exponential() * _memory, timestampMs);
        See("disk_busy", "sda", Math.Min(1, io), timestampMs);
        See("disk_write", "sda", 1e6 + (2e8 * io * _random.Uniform()), timestampMs);
        See("disk_read", "sda", 1e8 * io * _random.Exponential() * _random.Uniform(), timestampMs);
        See("disk_write_latency", "sda", 0.002 * Math.Exp(io + (0.4 * _random.Normal())), timestampMs);
        See("io_pressure", null, Math.Min(1, io * 0.4 * _random.Uniform()), timestampMs);
        See("tasks_blocked", null, Math.Floor(io * 3 * _random.Uniform()), timestampMs);
        See("network_receive", null, 1e6 * requests, timestampMs);
        See("network_transmit", null, 4e6 * requests * Math.Exp(0.1 * _random.Normal()), timestampMs);
        See("packets", null, 2_000 * requests, timestampMs);
        See("context_switches", null, 3_000 * (1 + (6 * cpu)) * Math.Exp(0.1 * _random.Normal()), timestampMs);
        See("filesystem_use", "/", 0.5 + (0.001 * _slow), timestampMs);
        See("processes", null, 200 + (20 * _job), timestampMs);
    }

    void Jobs(double seconds)
    {
        bool isHourly = seconds % 3_600 < 90, isNightly = seconds is > 7_200 and < 8_700;
        if (!HasOwnJobs)
        {
            return;
        }

        if (_jobUntil > 0)
        {
            _jobUntil -= _cadence;
            return;
        }

        _job = isNightly ? 0.5 : isHourly ? 0.2 : 0;
        _jobDisk = isNightly ? 0.6 : isHourly ? 0.1 : 0;
        if (_random.Uniform() < _cadence / (_busy > 0.5 ? 900.0 : 3_600.0))
        {
            _jobUntil = 40 * _random.Exponential();
            _job = (_isIdle ? 0.3 : 1) * Math.Min(0.9, 0.4 * _random.Exponential());
            _jobDisk = (_isIdle ? 0.2 : 0.6) * _random.Uniform();
        }
    }

    void See(string id, string? per, double value, long timestampMs)
    {
        var vital = VitalCatalogue.Default.Find(id)!;
        var track = _tracks.Find(one => one.Vital.Id == id);
        if (track is null)
        {
            track = new VitalTrack("web1", vital, per, null);
            _tracks.Add(track);
        }

        track.See(timestampMs, value + Fault.GetValueOrDefault(id), _output, out _);
        _output.Flush("web1", vital, track.Per);
        _output.Batch.Clear();
    }
}
