using Presage.Configuration;
using Presage.OwnModels;
using Presage.Receivers;
using Presage.Storage;

namespace Presage.Api;

/// <summary>What the server knows of itself: storage, refusals, CPU and memory.</summary>
sealed class SelfStatus(
    PresageOptions options, SampleStore store, AppendFeed feed, IngestCounters counters, ModelWatch models,
    TimeProvider time)
{
    /// <summary>Rates are means over about this long.</summary>
    static readonly TimeSpan RateSpan = TimeSpan.FromSeconds(10);

    readonly long _startedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    long _ratedAt = time.GetTimestamp();
    long _ratedSamples = feed.Samples;
    TimeSpan _ratedCpu = Environment.CpuUsage.TotalTime;
    bool _wasWritable = true;

    public long StartedMs => _startedMs;

    /// <summary>Samples stored per second, over the last ten seconds.</summary>
    public double SamplesPerSecond { get; private set; }

    /// <summary>Cores in use, over the last ten seconds.</summary>
    public double CpuRatio { get; private set; }

    /// <summary>Brings the rates up to date; called every second by one loop.</summary>
    public void Tick(ILogger logger)
    {
        long now = time.GetTimestamp();
        var span = time.GetElapsedTime(_ratedAt, now);
        if (span < TimeSpan.FromSeconds(0.5))
        {
            return;
        }

        long samples = feed.Samples;
        var cpu = Environment.CpuUsage.TotalTime;
        double gain = Math.Min(1, span / RateSpan);
        SamplesPerSecond = Blend(SamplesPerSecond, (samples - _ratedSamples) / span.TotalSeconds, gain);
        CpuRatio = Blend(CpuRatio, (cpu - _ratedCpu) / span, gain);
        (_ratedAt, _ratedSamples, _ratedCpu) = (now, samples, cpu);
        if (store.IsWritable != _wasWritable)
        {
            _wasWritable = !_wasWritable;
            if (_wasWritable)
            {
                Log.WritableAgain(logger);
            }
            else
            {
                Log.NotWritable(logger, store.NotWritableReason ?? "unknown");
            }
        }
    }

    static string Time(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss 'UTC'");

    public string? NotReadyReason() => store.IsWritable ? null : store.NotWritableReason;

    public ServerStatus Describe()
    {
        var storage = store.Statistics;
        return new ServerStatus(
            PresageVersion.Text,
            _startedMs,
            (time.GetUtcNow().ToUnixTimeMilliseconds() - _startedMs) / 1000.0,
            Path.GetFullPath(options.Data),
            new StorageStatus(
                storage.SeriesActive,
                storage.SamplesAppended,
                SamplesPerSecond,
                storage.DiskBytes,
                storage.JournalBytes,
                storage.Blocks,
                storage.LastFlushMs,
                storage.LastFlushError,
                storage.HeadBytes,
                storage.RecoveryTime.TotalSeconds,
                storage.SamplesReplayed,
                [.. storage.Damages.Select(
                    static d => $"{d.File} at {d.OffsetBytes}: {d.Reason} ({d.LostBytes} bytes lost)")],
                [.. storage.HostsLimited.Select(static h => new LimitedHost(
                    h.Host, h.SeriesMax, h.Label, h.SamplesRefused, h.SinceMs, h.LastMs))],
                storage.RollupBlocks,
                storage.RollupBytes,
                storage.OldestRawMs,
                storage.LastMergeMs,
                storage.LastCareError,
                storage.DeletionsPending,
                options.StorageDiskBytesMax,
                [.. storage.Events.Select(static e => $"{Time(e.TimeMs)}: {e.Text}")]),
            new SortedDictionary<string, long>(counters.RejectedSamples.ToDictionary()),
            new SortedDictionary<string, long>(counters.RefusedRequests.ToDictionary()),
            new ProcessStatus(CpuRatio, Environment.WorkingSet),
            store.IsWritable,
            store.NotWritableReason);
    }

    /// <summary>The server's own metrics in the Prometheus text format.</summary>
    public string Exposition()
    {
        var storage = store.Statistics;
        var text = new ExpositionText();
        text.Gauge("presage_build_info", "The version of this server.", 1, ("version", PresageVersion.Text));
        text.Gauge("process_start_time_seconds", "When the process started.", _startedMs / 1000.0);
        text.Counter("process_cpu_seconds_total", "CPU time used.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Resident memory.", Environment.WorkingSet);
        text.Gauge(
            "presage_managed_heap_bytes", "Memory of managed objects.", GC.GetTotalMemory(forceFullCollection: false));
        var generations = GC.GetGCMemoryInfo(GCKind.Any).GenerationInfo;
        text.Gauge("presage_large_objects_bytes", "Managed objects of 85 kB and more.", generations[3].SizeAfterBytes);
        text.Gauge("presage_generation2_bytes", "Managed objects that stay.", generations[2].SizeAfterBytes);
        text.Counter("presage_gc_pause_seconds_total", "Time the collector stopped the process.",
            GC.GetTotalPauseDuration().TotalSeconds);
        text.Counter("presage_write_requests_total", "Write requests received.", counters.Requests);
        text.Counter("presage_samples_appended_total", "Samples stored, from all sources.", feed.Samples);
        text.Counter("presage_samples_duplicate_total", "Samples that came again and were not stored twice.",
            counters.Duplicates);
        text.Counter("presage_samples_late_total",
            "Samples stored that are older than the newest of their series, from all sources.", storage.SamplesLate);
        text.Counter("presage_samples_conflicting_total",
            "Samples with another value than the stored one of their timestamp, from all sources.",
            storage.SamplesConflicting);
        text.Counters("presage_samples_rejected_total", "Samples refused.", "reason", counters.RejectedSamples);
        text.Counters(
            "presage_storage_host_samples_refused_total",
            "Samples of new series refused, of hosts at storage.series_per_host_max, with the label that has the most "
            + "values.",
            storage.HostsLimited.Select(static h => ((double)h.SamplesRefused, h.Host, h.Label)));
        text.Counters("presage_write_requests_refused_total", "Write requests refused as a whole.", "reason",
            counters.RefusedRequests);
        text.Gauge("presage_storage_series_active", "Series in memory.", storage.SeriesActive);
        text.Gauge("presage_storage_head_bytes", "Memory of the head.", storage.HeadBytes);
        text.Gauge("presage_storage_journal_bytes", "Size of the journal.", storage.JournalBytes);
        text.Gauge("presage_storage_block_bytes", "Size of the blocks.", storage.BlockBytes);
        text.Gauge("presage_storage_rollup_bytes", "Size of the roll-ups.", storage.RollupBytes);
        text.Gauge("presage_storage_deletions_pending", "Deletions not carried out in all files yet.",
            storage.DeletionsPending);
        text.Gauge("presage_storage_blocks", "The number of blocks.", storage.Blocks);
        text.Gauge("presage_storage_writable", "1 while samples can be stored.", store.IsWritable ? 1 : 0);
        text.Gauge("presage_storage_damages", "Damages met since the start.", storage.Damages.Count);
        ModelMetrics.Write(text, models.Statuses);
        return text.ToString();
    }

    static double Blend(double before, double now, double gain) => before == 0 ? now : before + (gain * (now - before));
}
