using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// When all series are looked at, where their traces are saved, and what is told of those that are odd. The loop's,
/// except for <see cref="OddOf"/>.
/// </summary>
sealed class SeriesWatching
{
    const long LookEveryMs = 10_000;
    const long SaveEveryMs = 600_000;

    readonly SeriesWatch _watch;
    readonly SeriesHistory _history;
    readonly SampleStore _store;
    readonly string _path;
    readonly string _rhythmsPath;
    readonly ILogger _logger;
    readonly ILookup<string, OddSeries> _none = Array.Empty<OddSeries>().ToLookup(static odd => odd.Host);
    ILookup<string, OddSeries> _toStore;
    long _lookedMs;
    long _savedMs;

    public SeriesWatching(SampleStore store, string dataFolder, ILogger logger)
    {
        _watch = new SeriesWatch(store);
        _history = new SeriesHistory(store.ForHost);
        _store = store;
        _path = Path.Combine(dataFolder, SeriesTraces.FileName);
        _logger = logger;
        _toStore = _none;
        _rhythmsPath = Path.Combine(dataFolder, SeriesRhythms.FileName);
        var traces = SeriesTraces.Read(_path, out string? problem);
        foreach (var (keyHash, trace) in Told(traces, _path, problem))
        {
            _watch.Resume(keyHash, trace);
        }

        var rhythms = SeriesRhythms.Read(_rhythmsPath, out problem);
        foreach (var (keyHash, rhythm) in Told(rhythms, _rhythmsPath, problem))
        {
            _watch.Resume(keyHash, rhythm);
        }
    }

    /// <summary>The series of a host that are odd now, oddest first.</summary>
    public IReadOnlyList<OddSeries> OddOf(string host) => [.. _watch.Odd.Where(odd => odd.Host == host)];

    /// <summary>Looks at all series when it is time to, and teaches from history in between.</summary>
    public void Turn(long nowMs, Maintenance maintenance)
    {
        _history.Turn(
            nowMs,
            maintenance.Of,
            UnknownOf,
            (id, keyHash, taught) => _watch.Teach(id, keyHash, taught.Trace, taught.Rhythm));
        if (nowMs - _lookedMs < LookEveryMs)
        {
            return;
        }

        _lookedMs = nowMs;
        _watch.Turn(host => maintenance.IsOn(host, nowMs));
        foreach (var (host, isComing) in _watch.TakeWishes())
        {
            _history.Ask(host, nowMs, isComing);
        }

        _toStore =
            _watch.Odd.Count + _watch.Ended.Count == 0
                ? _none
                : _watch.Odd.Concat(_watch.Ended).ToLookup(static odd => odd.Host, StringComparer.Ordinal);
        _watch.Ended.Clear();
    }

    /// <summary>Learns all series of a host from this much of its history, in the turns to come.</summary>
    public void Learn(string host, long nowMs, TimeSpan since) => _history.Ask(host, nowMs, since);

    /// <summary>Moves what is to be stored of a host's odd series into a batch.</summary>
    public void Flush(string host, SampleBatch batch)
    {
        foreach (var odd in _toStore[host])
        {
            odd.Flush(batch);
        }
    }

    /// <summary>Saves all traces when it is time to, or at stop.</summary>
    public void Save(long nowMs, bool isStopping)
    {
        if (!isStopping && nowMs - _savedMs < SaveEveryMs)
        {
            return;
        }

        _savedMs = nowMs;
        Save(_path, path => SeriesTraces.Write(path, _watch.Traces()));
        Save(_rhythmsPath, path => SeriesRhythms.Write(path, _watch.Rhythms()));
    }

    void Save(string path, Action<string> write)
    {
        try
        {
            write(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.TracesNotSaved(_logger, path, e.Message);
        }
    }

    List<(ulong KeyHash, T State)> Told<T>(List<(ulong KeyHash, T State)>? states, string path, string? problem)
    {
        if (problem is not null)
        {
            Log.TracesDropped(_logger, path, problem);
        }

        return states ?? [];
    }

    Dictionary<ulong, int> UnknownOf(string host, bool isAsked)
    {
        var unknown = new Dictionary<ulong, int>();
        foreach (var one in _store.Follow(host).Series())
        {
            if (_watch.IsUnknown(one.Id, one.KeyHash, isAsked))
            {
                unknown[one.KeyHash] = one.Id;
            }
        }

        return unknown;
    }
}
