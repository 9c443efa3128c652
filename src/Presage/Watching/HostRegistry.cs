using System.Collections.Concurrent;
using System.Text.Json;
using Presage.State;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// The hosts that have sent samples. Fed by the store with every append (<see cref="OnAppended"/>, on ingest threads,
/// so it only moves counters); described by the watcher; kept in the state file from start to start.
/// </summary>
public sealed class HostRegistry : IAppendObserver
{
    /// <summary>A host silent for longer is forgotten, as its raw samples are.</summary>
    public static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(15);

    readonly ConcurrentDictionary<string, HostEntry> _hosts = new(StringComparer.Ordinal);
    readonly StateDatabase _state;
    readonly TimeProvider _time;
    long _revision;

    /// <summary>Loads the hosts known from earlier runs.</summary>
    /// <param name="localHost">
    /// The name under which the server's own collectors report this machine; empty where they are off.
    /// </param>
    public HostRegistry(StateDatabase state, TimeProvider time, string localHost = "")
    {
        LocalHost = localHost;
        _state = state;
        _time = time;
        foreach (var host in Load(state))
        {
            _hosts[host.Name] = host;
        }
    }

    /// <summary>Grows when a host appears or is forgotten.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    internal string LocalHost { get; }

    internal IEnumerable<HostEntry> Entries => _hosts.Values;

    /// <summary>Notes that samples of a host were appended. Cheap, never throws; by one caller at a time.</summary>
    public void OnAppended(AppendedHost host, ref object? known, long newestTimestampMs, int samples)
    {
        if (known is not HostArrivals { IsForgotten: false } arrivals)
        {
            if (host.Name.Length == 0)
            {
                return;
            }

            known = arrivals = Meet(host.Name);
        }

        arrivals.See(newestTimestampMs, samples);
    }

    /// <summary>
    /// Notes that history of hosts was imported: those that are not known yet are from now on, and all are learned from
    /// it when no more of it comes.
    /// </summary>
    /// <param name="newestMs">The newest sample of each, in ms since 1970 UTC.</param>
    public void OnImported(IReadOnlyDictionary<string, long> newestMs)
    {
        foreach (var (host, atMs) in newestMs)
        {
            if (!_hosts.TryGetValue(host, out var entry))
            {
                // What is as old as that would be forgotten at once.
                if (NowMs - atMs > ForgetAfter.TotalMilliseconds)
                {
                    continue;
                }

                entry = _hosts.GetOrAdd(host, new HostEntry(host, NowMs) { Origin = HostOrigin.Imported });
                Interlocked.Increment(ref _revision);
            }

            entry.ImportedMs = NowMs;
            if (entry.IsImported)
            {
                entry.Arrivals.See(atMs, 0);
            }
        }
    }

    /// <summary>All hosts, sorted by name.</summary>
    public IReadOnlyList<WatchedHost> Snapshot()
    {
        long nowMs = NowMs;
        var hosts = new List<WatchedHost>(_hosts.Count);
        foreach (var entry in _hosts.Values)
        {
            hosts.Add(Snapshot(entry, nowMs));
        }

        hosts.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return hosts;
    }

    /// <summary>One host, or null when it never sent or was forgotten.</summary>
    public WatchedHost? Find(string host) =>
        _hosts.TryGetValue(host, out var entry) ? Snapshot(entry, NowMs) : null;

    /// <summary>
    /// Drops a host with its facts, detectors and anomalies; its samples stay until retention takes them. When it sends
    /// again it is a new host. False when it is not known.
    /// </summary>
    public bool Forget(string host)
    {
        if (!_hosts.TryRemove(host, out var entry))
        {
            return false;
        }

        entry.Arrivals.IsForgotten = true;
        Interlocked.Increment(ref _revision);
        _state.Write(connection =>
        {
            connection.Execute("delete from hosts where name = $name", ("$name", host));
            connection.Execute("delete from detector_states where host = $name", ("$name", host));
            connection.Execute("delete from host_models where host = $name", ("$name", host));
            connection.Execute("delete from anomalies where host = $name", ("$name", host));
            connection.Execute("delete from anomaly_labels where host = $name", ("$name", host));
        });
        return true;
    }

    internal HostEntry? Entry(string host) => _hosts.GetValueOrDefault(host);

    /// <summary>Writes all hosts to the state file.</summary>
    public void Save() => _state.Write(connection =>
    {
        foreach (var entry in _hosts.Values)
        {
            lock (entry.Gate)
            {
                connection.Execute(
                    """
                    insert into hosts (name, first_seen_ms, last_seen_ms, cadence_ms, origin, labels, facts)
                    values ($name, $first, $last, $cadence, $origin, $labels, $facts)
                    on conflict (name) do update set last_seen_ms = excluded.last_seen_ms,
                        cadence_ms = excluded.cadence_ms, origin = excluded.origin, labels = excluded.labels,
                        facts = excluded.facts
                    """,
                    ("$name", entry.Name),
                    ("$first", entry.FirstSeenMs),
                    ("$last", entry.NewestMs),
                    ("$cadence", (long)entry.Cadence.TotalMilliseconds),
                    ("$origin", entry.Origin.ToString()),
                    ("$labels", JsonSerializer.Serialize(entry.Labels)),
                    ("$facts", JsonSerializer.Serialize(entry.Facts)));
            }
        }
    });

    HostArrivals Meet(string host)
    {
        if (!_hosts.TryGetValue(host, out var entry))
        {
            entry = _hosts.GetOrAdd(host, new HostEntry(host, NowMs));
            Interlocked.Increment(ref _revision);
        }

        return entry.Arrivals;
    }

    long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    static WatchedHost Snapshot(HostEntry entry, long nowMs)
    {
        lock (entry.Gate)
        {
            return new WatchedHost(
                entry.Name,
                entry.FirstSeenMs,
                entry.NewestMs,
                entry.Cadence,
                entry.IsSilentAt(nowMs),
                entry.IsImported,
                entry.Origin,
                entry.Labels,
                entry.Facts,
                entry.SamplesPerSecond);
        }
    }

    static List<HostEntry> Load(StateDatabase state) => state.Read(static connection => connection.Query(
        "select name, first_seen_ms, last_seen_ms, cadence_ms, origin, labels, facts from hosts",
        static row =>
        {
            var entry = new HostEntry(row.GetString(0), row.GetInt64(1))
            {
                Cadence = TimeSpan.FromMilliseconds(row.GetInt64(3)),
                Origin = Enum.TryParse(row.GetString(4), out HostOrigin origin) ? origin : HostOrigin.Other,
                Labels = JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(5)) ?? [],
                Facts = JsonSerializer.Deserialize<MachineFacts>(row.GetString(6)) ?? new MachineFacts(),
            };
            entry.Arrivals.See(row.GetInt64(2), 0);
            return entry;
        }));
}
