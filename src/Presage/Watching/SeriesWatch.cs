// Hot path: Look runs once per series and ten seconds, over all series of the store; budget 100 ns.
using System.Text;
using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// Looks at the newest value of every series of the store every ten seconds and keeps a <see cref="SeriesTrace"/> of
/// each. Those that are odd are listed and stored as presage_anomaly_score; all others cost nothing but their trace.
/// Used by the watcher's loop, except for <see cref="Odd"/>.
/// </summary>
sealed class SeriesWatch(SampleStore store)
{
    /// <summary>Series listed and stored at a time; when everything changes at once the rest is only counted.</summary>
    public const int OddMax = 2_000;

    const int SlabLog2 = 9;

    /// <summary>Traces of series that are not active now, by the hash of their key.</summary>
    const int WaitingMax = 1_000_000;

    /// <summary>A series that is missing for this long is gone, not missing.</summary>
    const long GoneMs = 3_600_000;

    /// <summary>Where a series that is not known yet leaps ahead by more, history is read; its first does.</summary>
    const long LeapMs = 1_800_000;

    /// <summary>What history says is taken where it knows this many looks more: five minutes.</summary>
    const int LooksMore = 30;

    /// <summary>A series that is less behind its host is not asked whether it is missing.</summary>
    const long MissingMinMs = 15_000;

    /// <summary>What the watcher writes itself is not watched again.</summary>
    static readonly string[] Own = ["presage_vital", "presage_host_", "presage_anomaly_", "presage_model_"];

    readonly NewestSamples _newest = store.Newest;
    readonly Dictionary<ulong, SeriesTrace> _waiting = [];
    readonly Dictionary<int, OddSeries> _odd = [];
    readonly List<int> _ended = [];
    readonly TraceSlabs _traces = new();
    Place[][] _slabs = [];
    long[] _hostNewestMs = [];

    /// <summary>
    /// By the number of the host its name, null where it is not known yet, if it is maintained, if it wants history.
    /// </summary>
    string?[] _hostNames = [];
    bool[] _isMaintained = [];
    Wish[] _wishes = [];
    volatile IReadOnlyList<OddSeries> _shown = [];
    int _turn;

    /// <summary>The series that are odd now.</summary>
    public IReadOnlyList<OddSeries> Odd => _shown;

    /// <summary>Series with a trace.</summary>
    public int Watched { get; private set; }

    /// <summary>Takes up saved traces.</summary>
    public void Resume(ulong keyHash, in SeriesTrace trace) => _waiting[keyHash] = trace;

    /// <summary>Looks at every series.</summary>
    /// <param name="isMaintained">Whether the series of a host are neither judged nor learned now.</param>
    public void Turn(Func<string, bool> isMaintained)
    {
        _turn++;
        for (int host = 0; host < _hostNames.Length; host++)
        {
            _isMaintained[host] = _hostNames[host] is { } name && isMaintained(name);
        }

        Watched = 0;
        _newest.Visit(Look);
        _ended.Clear();
        foreach (var (id, odd) in _odd)
        {
            if (odd.Turn != _turn)
            {
                _ended.Add(id);
            }
        }

        foreach (int id in _ended)
        {
            _odd[id].End();
            _odd.Remove(id, out var ended);
            Ended.Add(ended!);
        }

        _shown = [.. _odd.Values.OrderByDescending(static odd => odd.Score).ThenBy(static odd => odd.SinceMs)];
    }

    /// <summary>Series that have ended being odd and whose end is not stored yet.</summary>
    public List<OddSeries> Ended { get; } = [];

    /// <summary>All traces worth keeping, for saving.</summary>
    public IEnumerable<(ulong KeyHash, SeriesTrace Trace)> Traces()
    {
        foreach (var slab in _slabs)
        {
            foreach (var place in slab)
            {
                if (place.Kind == Kind.Watched)
                {
                    yield return (place.KeyHash, _traces[place.Trace]);
                }
            }
        }

        foreach (var (keyHash, trace) in _waiting)
        {
            yield return (keyHash, trace);
        }
    }

    /// <summary>
    /// The hosts with series that history may teach something, since this was asked last, and whether that history is
    /// on its way.
    /// </summary>
    public IEnumerable<(string Host, bool IsComing)> TakeWishes()
    {
        for (int host = 0; host < _wishes.Length; host++)
        {
            if (_wishes[host] != Wish.None && _hostNames[host] is { } name)
            {
                yield return (name, _wishes[host].HasFlag(Wish.LateHistory));
            }

            _wishes[host] = Wish.None;
        }
    }

    /// <summary>Whether a series is known too little to be judged.</summary>
    public bool IsUnknown(int id, ulong keyHash)
    {
        ref var place = ref PlaceOf(id);
        return place.KeyHash == keyHash && place.Kind == Kind.Watched && !_traces[place.Trace].IsJudging;
    }

    /// <summary>Takes up what history says of a series, where that is more than is known.</summary>
    public void Teach(int id, ulong keyHash, in SeriesTrace taught)
    {
        ref var place = ref PlaceOf(id);
        if (place.KeyHash != keyHash || place.Kind != Kind.Watched)
        {
            return;
        }

        ref var trace = ref _traces[place.Trace];
        if (taught.Looks > trace.Looks + LooksMore)
        {
            trace = taught;
        }
    }

    void Look(int id, ulong keyHash, int host, long timestampMs, double value)
    {
        ref var place = ref PlaceOf(id);
        if (place.KeyHash != keyHash || place.Kind == Kind.Unknown)
        {
            Meet(ref place, id, keyHash, host);
        }

        if (place.Kind != Kind.Watched)
        {
            return;
        }

        Watched++;
        long hostMs = NewestOf(host, timestampMs);
        ref var trace = ref _traces[place.Trace];
        if (timestampMs - trace.LastMs > LeapMs && !trace.IsJudging && host < _wishes.Length)
        {
            _wishes[host] |= trace.LastMs == 0 ? Wish.History : Wish.LateHistory;
        }

        if (host < _isMaintained.Length && _isMaintained[host])
        {
            trace.Pass(timestampMs, value);
            return;
        }

        if (timestampMs > trace.LastMs && !SampleValue.IsStale(value))
        {
            trace.See(timestampMs, value);
            trace.SeeLag((hostMs - trace.LastMs) / 1_000.0);
        }
        else if (hostMs - trace.LastMs is > MissingMinMs and < GoneMs)
        {
            trace.Expect(hostMs);
        }

        if (trace.Oddity != SeriesOddity.None && hostMs - trace.LastMs < GoneMs)
        {
            Note(id, keyHash, trace, Math.Max(timestampMs, trace.Oddity == SeriesOddity.Missing ? hostMs : 0));
        }
    }

    void Note(int id, ulong keyHash, in SeriesTrace trace, long nowMs)
    {
        if (!_odd.TryGetValue(id, out var odd))
        {
            if (_odd.Count >= OddMax || _newest.LabelsOf(id, keyHash) is not { } labels)
            {
                return;
            }

            odd = new OddSeries(labels, nowMs);
            _odd.Add(id, odd);
        }

        odd.See(trace, nowMs, _turn);
    }

    void Meet(ref Place place, int id, ulong keyHash, int host)
    {
        if (place.Kind == Kind.Watched && _waiting.Count < WaitingMax)
        {
            _waiting[place.KeyHash] = _traces[place.Trace];
        }

        if (place.Kind == Kind.Watched)
        {
            _traces.Free(place.Trace);
        }

        place = new Place { KeyHash = keyHash };
        if (_newest.LabelsOf(id, keyHash) is not { } labels)
        {
            return;
        }

        Name(host, labels);
        string metric = labels.MetricName;
        place.Kind = Array.Exists(Own, own => metric.StartsWith(own, StringComparison.Ordinal))
            ? Kind.Ignored
            : Kind.Watched;
        if (place.Kind == Kind.Watched)
        {
            _waiting.Remove(keyHash, out var trace);
            trace.IsCounter = CounterNames.IsCounter(metric);
            place.Trace = _traces.Add(trace);
        }
    }

    /// <summary>Notes the name of a host; its number may have been another's.</summary>
    void Name(int host, LabelSet labels)
    {
        if (host >= _hostNames.Length)
        {
            Array.Resize(ref _hostNames, Math.Max(host + 1, _hostNames.Length * 2));
            Array.Resize(ref _isMaintained, _hostNames.Length);
            Array.Resize(ref _wishes, _hostNames.Length);
        }

        string name = Encoding.UTF8.GetString(SeriesKey.HostOf(labels.ToKey()));
        if (_hostNames[host] != name)
        {
            _hostNames[host] = name;
        }
    }

    ref Place PlaceOf(int id)
    {
        int slab = id >> SlabLog2;
        if (slab >= _slabs.Length)
        {
            int before = _slabs.Length;
            Array.Resize(ref _slabs, Math.Max(slab + 1, before * 2));
            for (int i = before; i < _slabs.Length; i++)
            {
                _slabs[i] = [];
            }
        }

        if (_slabs[slab].Length == 0)
        {
            _slabs[slab] = new Place[1 << SlabLog2];
        }

        return ref _slabs[slab][id & ((1 << SlabLog2) - 1)];
    }

    /// <summary>The newest sample of a host so far, of this look or the one before.</summary>
    long NewestOf(int host, long timestampMs)
    {
        if (host >= _hostNewestMs.Length)
        {
            Array.Resize(ref _hostNewestMs, Math.Max(host + 1, _hostNewestMs.Length * 2));
        }

        return _hostNewestMs[host] = Math.Max(_hostNewestMs[host], timestampMs);
    }

    enum Kind : byte
    {
        Unknown,
        Watched,
        Ignored,
    }

    /// <summary>What a host wants of history.</summary>
    [Flags]
    enum Wish : byte
    {
        None = 0,

        /// <summary>It has series that were never seen.</summary>
        History = 1,

        /// <summary>It has young series whose newest sample leapt ahead: history comes in bulk.</summary>
        LateHistory = 2,
    }

    struct Place
    {
        public ulong KeyHash;

        /// <summary>The number of its trace, where it is watched.</summary>
        public int Trace;
        public Kind Kind;
    }
}
