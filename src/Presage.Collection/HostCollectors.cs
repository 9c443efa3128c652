using Microsoft.Extensions.Logging;
using Presage.Collection.Reading;
using Presage.Metrics;

namespace Presage.Collection;

/// <summary>
/// All collectors of this machine. <see cref="CollectInto"/> runs those that are due; one that fails or has no source
/// never keeps the others from running. Not thread-safe. Linux only so far: elsewhere it collects nothing.
/// </summary>
public sealed class HostCollectors : IDisposable
{
    static readonly TimeSpan SlowRest = TimeSpan.FromSeconds(10), SlowRestMax = TimeSpan.FromSeconds(15);

    readonly Sources _sources;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly CollectionWriter _writer = new();
    readonly Entry[] _entries;
    readonly CollectorSchedule _outcomeSchedule = CollectorSchedule.Between(SlowRest, SlowRest);
    readonly LinuxProcesses _processes;

    HostCollectors(CollectionOptions options, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _sources = new Sources(options.ProcPath, options.SysPath);
        Facts = LinuxFacts.Read(_sources, options);
        var keys = Keys = new SeriesKeys(Facts.Host, options.Labels);
        _processes = new LinuxProcesses(_sources, keys, options.TopProcessesMax, Facts.Cores);
        _entries =
        [
            .. EveryTick(keys).Select(collector => new Entry(keys, collector, CollectorSchedule.EveryTick())),
            .. Slow(keys, options).Select(collector =>
                new Entry(keys, collector, CollectorSchedule.Between(SlowRest, SlowRestMax))),
            new Entry(keys, _processes, CollectorSchedule.Between(TimeSpan.FromSeconds(2), SlowRestMax)),
        ];
    }

    /// <summary>What this machine is, read once.</summary>
    public HostFacts Facts { get; }

    /// <summary>Makes further series of this machine with the same labels.</summary>
    public SeriesKeys Keys { get; }

    /// <summary>The processes that use most, of the last scan (2 to 15 s old), by CPU.</summary>
    public IReadOnlyList<ProcessUsage> TopProcesses => _processes.Top;

    /// <summary>Makes the collectors of this machine.</summary>
    public static HostCollectors ForThisMachine(CollectionOptions options, TimeProvider time, ILogger logger) =>
        new(options, time, logger);

    /// <summary>Appends the samples of the collectors that are due, all at the given time, to a batch.</summary>
    public void CollectInto(SampleBatch batch, long timestampMs)
    {
        _writer.Begin(batch, timestampMs);
        foreach (var entry in _entries)
        {
            if (entry.Schedule.IsDue(timestampMs))
            {
                Run(entry);
            }
        }

        if (_outcomeSchedule.IsDue(timestampMs))
        {
            _outcomeSchedule.Ran(timestampMs, TimeSpan.Zero, hadData: true);
            foreach (var entry in _entries)
            {
                _writer.Write(entry.SuccessKey, entry.HasData ? 1 : 0);
            }
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries)
        {
            (entry.Collector as IDisposable)?.Dispose();
        }

        _sources.Dispose();
    }

    void Run(Entry entry)
    {
        long started = _time.GetTimestamp();
        _writer.BeginCollector();
        bool failed = false;
        try
        {
            entry.Collector.Collect(_writer);
        }
        catch (Exception e)
        {
            failed = true;
            if (entry.HasData)
            {
                Log.CollectorFailed(_logger, entry.Collector.Name, e);
            }
        }

        bool hasData = !failed && _writer.MissingSource is null;
        if (!failed && hasData != entry.HasData)
        {
            if (hasData)
            {
                Log.SourceBack(_logger, entry.Collector.Name);
            }
            else
            {
                Log.SourceMissing(_logger, entry.Collector.Name, _writer.MissingSource!);
            }
        }

        entry.HasData = hasData;
        entry.Schedule.Ran(_writer.TimestampMs, _time.GetElapsedTime(started), hasData);
    }

    IEnumerable<ICollector> EveryTick(SeriesKeys keys) =>
    [
        new LinuxCpu(_sources, keys),
        new LinuxLoad(_sources, keys),
        new LinuxPressure(_sources, keys),
        new LinuxMemory(_sources, keys),
        new LinuxPaging(_sources, keys),
        new LinuxDisks(_sources, keys),
        new LinuxNetwork(_sources, keys),
        new LinuxNetworkStack(_sources, keys),
        new LinuxSockets(_sources, keys),
        new LinuxFileHandles(_sources, keys),
        new LinuxClock(_sources, keys),
    ];

    IEnumerable<ICollector> Slow(SeriesKeys keys, CollectionOptions options) =>
    [
        new LinuxSystem(_sources, keys, Facts, options.RootPath),
        new LinuxFileSystems(_sources, keys, options.RootPath),
        new LinuxNetworkLinks(_sources, keys),
        new LinuxDiskHealth(_sources, keys, Path.Join(options.RootPath, "run/udev/data")),
        new LinuxEntropy(_sources, keys),
        new LinuxConnectionTracking(_sources, keys),
        new LinuxConnections(_sources, keys),
        new LinuxSensors(_sources, keys),
        new LinuxCpuFrequency(_sources, keys, Facts.Cores),
        new LinuxSoftwareRaid(_sources, keys),
        new LinuxMemoryErrors(_sources, keys),
    ];

    sealed class Entry(SeriesKeys keys, ICollector collector, CollectorSchedule schedule)
    {
        public ICollector Collector { get; } = collector;

        public CollectorSchedule Schedule { get; } = schedule;

        public byte[] SuccessKey { get; } =
            keys.Key("presage_collector_success", new Label("collector", collector.Name));

        public bool HasData { get; set; } = true;
    }
}
