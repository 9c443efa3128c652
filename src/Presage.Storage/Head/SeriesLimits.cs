using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Refuses new series over a limit, of one host or of all, and remembers which hosts met theirs and which label grew.
/// Series that are known go on: only what is new of that host is refused. Asked by the one who appends; the list may be
/// read by any.
/// </summary>
sealed class SeriesLimits(Head head, StorageOptions options)
{
    /// <summary>
    /// Series looked at to find the label: spread over the host's, about a millisecond, since appending waits.
    /// </summary>
    const int SeriesLooked = 4096;

    /// <summary>The label is looked for again after this long: another one may have grown.</summary>
    const long LookAgainMs = 60_000;

    /// <summary>Hosts kept for the statistics, those refused last.</summary>
    const int HostsMax = 100;

    readonly Lock _lock = new();
    readonly Dictionary<string, HostLimit> _hosts = new(StringComparer.Ordinal);

    /// <summary>The hosts whose new series were refused, those refused last first.</summary>
    public IReadOnlyList<HostLimit> Hosts
    {
        get
        {
            lock (_lock)
            {
                return [.. _hosts.Values.OrderByDescending(static h => h.LastMs)];
            }
        }
    }

    /// <summary>
    /// Whether a new series is refused. The reason in words is made only where it is wanted: for the first one of a
    /// request.
    /// </summary>
    public bool Refuses(ReadOnlySpan<byte> key, int samples, long nowMs, bool wantsReason, out string? reason)
    {
        reason = null;
        if (head.Series.Count >= options.SeriesMax)
        {
            if (wantsReason)
            {
                var largest = head.LargestHost();
                reason = Refusal.OverSeriesMax(key, options.SeriesMax, largest.Name, largest.Series.Count);
            }

            return true;
        }

        var host = head.FindHost(SeriesKey.HostOf(key));
        if (host is null || host.Series.Count < options.SeriesPerHostMax)
        {
            return false;
        }

        var limit = Note(host, samples, nowMs);
        reason = wantsReason ? Refusal.OverHostMax(key, limit) : null;
        return true;
    }

    HostLimit Note(HostSeries host, int samples, long nowMs)
    {
        lock (_lock)
        {
            if (!_hosts.TryGetValue(host.Name, out var limit))
            {
                DropOldest();
                limit = new HostLimit(host.Name, options.SeriesPerHostMax, "", 0, 0, 0, nowMs, 0, 0);
            }

            if (nowMs - limit.LookedMs >= LookAgainMs || limit.LookedMs > nowMs)
            {
                limit = LookAt(host, limit) with { LookedMs = nowMs };
            }

            limit = limit with { SamplesRefused = limit.SamplesRefused + samples, LastMs = nowMs };
            _hosts[host.Name] = limit;
            return limit;
        }
    }

    void DropOldest()
    {
        if (_hosts.Count >= HostsMax)
        {
            _hosts.Remove(_hosts.Values.MinBy(static h => h.LastMs)!.Host);
        }
    }

    /// <summary>Finds the label with the most values.</summary>
    HostLimit LookAt(HostSeries host, HostLimit limit)
    {
        int looked = 0;
        var values = new Dictionary<string, HashSet<ulong>>(StringComparer.Ordinal);
        lock (host.Shard.Index.Lock)
        {
            var ids = host.Series.Ids;
            for (int i = 0; i < ids.Length; i += Math.Max(ids.Length / SeriesLooked, 1), looked++)
            {
                var reader = new SeriesKeyReader(head.Keys[head.Series[ids[i]].Key]);
                while (reader.Read(out var name, out var value))
                {
                    Utf8Lists.GetOrAdd(values, name, static () => []).Add(SeriesKey.Hash(value));
                }
            }
        }

        var most = values.MaxBy(static v => v.Value.Count);
        return limit with { Label = most.Key ?? "", LabelValues = most.Value?.Count ?? 0, SeriesLooked = looked };
    }
}
