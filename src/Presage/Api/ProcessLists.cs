using Presage.Metrics;
using Presage.Receivers;
using Presage.Storage;

namespace Presage.Api;

/// <summary>
/// The processes that use most on a host: of this machine from its collectors, of others from the series they send.
/// </summary>
sealed class ProcessLists(SampleStore store, LocalMachine local, TimeProvider time)
{
    const int ProcessesMax = 15;

    /// <summary>Agents scan processes every 2 to 15 s; what is older than this has ended.</summary>
    static readonly TimeSpan Recent = TimeSpan.FromSeconds(40);

    public IReadOnlyList<ProcessUsageView> Of(string host)
    {
        if (local.Collection is { } collection && collection.Facts.Host == host)
        {
            return [.. collection.TopProcesses.Select(static p =>
                new ProcessUsageView(p.Name, p.Pid, p.Count, p.CpuRatio, p.MemoryBytes, p.User))];
        }

        var cpu = Latest(host, "presage_process_cpu_ratio");
        var memory = Latest(host, "presage_process_memory_bytes");
        var count = Latest(host, "presage_process_count");
        return
        [
            .. cpu.Select(p => new ProcessUsageView(
                    p.Key, null, (int)count.GetValueOrDefault(p.Key, 1), p.Value, memory.GetValueOrDefault(p.Key),
                        null))
                .OrderByDescending(static p => p.CpuRatio).ThenByDescending(static p => p.MemoryBytes)
                .Take(ProcessesMax),
        ];
    }

    Dictionary<string, double> Latest(string host, string metric)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var range = new TimeRange(now - (long)Recent.TotalMilliseconds, now);
        var columns = new SampleColumns();
        var latest = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var series in store.ForHost(host).Select(
            [new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, metric)], range))
        {
            columns.Clear();
            series.Read(range, columns);
            if (columns.Count > 0 && double.IsFinite(columns.Values[^1]))
            {
                latest[series.Labels["process"]] = columns.Values[^1];
            }
        }

        return latest;
    }
}
