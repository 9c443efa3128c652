// Hot path: Look runs once per series and ten seconds, over all series of the store; budget 100 ns.
using System.Text;
using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// Looks at the newest value of every series of the store every ten seconds and keeps a <see cref="SeriesTrace"/> of
/// each, and a <see cref="SeriesRhythm"/> of those that move. Those that are odd are listed and stored as
/// presage_anomaly_score; all others cost nothing but their trace. Used by the watcher's loop, except for <see
/// cref="Odd"/>.
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

    /// <summary>A rhythm that begins where this many looks are known, a day, may find its past in history.</summary>
    const int LooksOfDay = 8_640;

    const int HoursOfDay = 24;

    /// <summary>A series that is less behind its host is not asked whether it is missing.</summary>
    const long MissingMinMs = 15_000;

    /// <summary>What the watcher writes itself is not watched again.</summary>
    static readonly string[] Own = ["presage_vital", "presage_host_", "presage_anomaly_", "presage_model_"];

    readonly NewestSamples _newest = store.Newest;
    readonly Dictionary<ulong, SeriesTrace> _waiting = [];
    readonly Dictionary<ulong, SeriesRhythm> _waitingRhythms = [];
    readonly Dictionary<int, OddSeries> _odd = [];
    readonly List<int> _ended = [];
    readonly Slabs<SeriesTrace> _traces = new();
    readonly Slabs<SeriesRhythm> _rhythms = new();
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

    /// <summary>Takes up saved rhythms.</summary>
    public void Resume(ulong keyHash, in SeriesRhythm rhythm) => _waitingRhythms[keyHash] = rhythm;

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
                if (place.IsWatched)
                {
                    yield return (place.KeyHash, _traces[place.Trace - 1]);
                }
            }
        }

        foreach (var (keyHash, trace) in _waiting)
        {
            yield return (keyHash, trace);
        }
    }

    /// <summary>All rhythms, for saving.</summary>
    public IEnumerable<(ulong KeyHash, SeriesRhythm Rhythm)> Rhythms()
    {
        foreach (var slab in _slabs)
        {
            foreach (var place in slab)
            {
                if (place.Rhythm > 0)
                {
                    yield return (place.KeyHash, _rhythms[place.Rhythm - 1]);
                }
            }
        }

        foreach (var (keyHash, rhythm) in _waitingRhythms)
        {
            yield return (keyHash, rhythm);
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

    /// <summary>Whether history may tell more of a series than is known.</summary>
    /// <param name="isAsked">Whether somebody asked for it: then of every series.</param>
    public bool IsUnknown(int id, ulong keyHash, bool isAsked)
    {
        ref var place = ref PlaceOf(id);
        if (place.KeyHash != keyHash || !place.IsWatched)
        {
            return false;
        }

        ref var trace = ref _traces[place.Trace - 1];
        return isAsked || !trace.IsJudging || (place.Rhythm > 0 && _rhythms[place.Rhythm - 1].HoursKnown < HoursOfDay);
    }

    /// <summary>Takes up what history says of a series, where that is more than is known.</summary>
    public void Teach(int id, ulong keyHash, in SeriesTrace taught, in SeriesRhythm rhythm)
    {
        ref var place = ref PlaceOf(id);
        if (place.KeyHash != keyHash || !place.IsWatched)
        {
            return;
        }

        ref var trace = ref _traces[place.Trace - 1];
        if (taught.Looks > trace.Looks + LooksMore)
        {
            trace = taught;
        }

        if (!trace.HasLife || rhythm.HoursKnown == 0)
        {
            return;
        }

        if (place.Rhythm == 0)
        {
            place.Rhythm = _rhythms.Add(rhythm) + 1;
        }
        else if (rhythm.HoursKnown > _rhythms[place.Rhythm - 1].HoursKnown)
        {
            _rhythms[place.Rhythm - 1] = rhythm;
        }
    }

    void Look(int id, ulong keyHash, int host, long timestampMs, double value)
    {
        ref var place = ref PlaceOf(id);
        if (place.KeyHash != keyHash || place.Trace == 0)
        {
            Meet(ref place, id, keyHash, host);
        }

        if (!place.IsWatched)
        {
            return;
        }

        Watched++;
        long hostMs = NewestOf(host, timestampMs);
        ref var trace = ref _traces[place.Trace - 1];
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
            if (trace.IsMeanDue && trace.HasLife)
            {
                Follow(ref place, ref trace, host, timestampMs);
            }
        }
        else if (hostMs - trace.LastMs is > MissingMinMs and < GoneMs)
        {
            trace.Expect(hostMs);
        }

        if (trace.Oddity != SeriesOddity.None && hostMs - trace.LastMs < GoneMs)
        {
            Note(id, place, trace, Math.Max(timestampMs, trace.Oddity == SeriesOddity.Missing ? hostMs : 0));
        }
    }

    /// <summary>Shows a mean of five minutes to the rhythm of a series.</summary>
    void Follow(ref Place place, ref SeriesTrace trace, int host, long timestampMs)
    {
        if (place.Rhythm == 0)
        {
            place.Rhythm = _rhythms.Add(default) + 1;
            if (trace.Looks >= LooksOfDay && host < _wishes.Length)
            {
                _wishes[host] |= Wish.History;
            }
        }

        bool isOdd = trace.Oddity is not (SeriesOddity.None or SeriesOddity.WrongTime or SeriesOddity.Trend);
        trace.Hear(_rhythms[place.Rhythm - 1].See(timestampMs, trace.Mean, isOdd));
    }

    void Note(int id, in Place place, in SeriesTrace trace, long nowMs)
    {
        if (!_odd.TryGetValue(id, out var odd))
        {
            if (_odd.Count >= OddMax || _newest.LabelsOf(id, place.KeyHash) is not { } labels)
            {
                return;
            }

            bool isOfTime = trace.Oddity == SeriesOddity.WrongTime && place.Rhythm > 0;
            var expected = isOfTime ? _rhythms[place.Rhythm - 1].Expected(trace.LastMs) : null;
            odd = new OddSeries(labels, nowMs, expected);
            _odd.Add(id, odd);
        }

        odd.See(trace, nowMs, _turn);
    }

    void Meet(ref Place place, int id, ulong keyHash, int host)
    {
        PutAway(place);
        place = new Place { KeyHash = keyHash };
        if (_newest.LabelsOf(id, keyHash) is not { } labels)
        {
            return;
        }

        Name(host, labels);
        string metric = labels.MetricName;
        if (Array.Exists(Own, own => metric.StartsWith(own, StringComparison.Ordinal)))
        {
            place.Trace = Place.Ignored;
            return;
        }

        _waiting.Remove(keyHash, out var trace);
        trace.IsCounter = CounterNames.IsCounter(metric);
        place.Trace = _traces.Add(trace) + 1;
        if (_waitingRhythms.Remove(keyHash, out var rhythm))
        {
            place.Rhythm = _rhythms.Add(rhythm) + 1;
        }
    }

    /// <summary>Keeps what is known of a series whose place another takes.</summary>
    void PutAway(in Place place)
    {
        if (!place.IsWatched)
        {
            return;
        }

        bool isKept = _waiting.Count < WaitingMax;
        if (isKept)
        {
            _waiting[place.KeyHash] = _traces[place.Trace - 1];
        }

        _traces.Free(place.Trace - 1);
        if (place.Rhythm > 0)
        {
            if (isKept)
            {
                _waitingRhythms[place.KeyHash] = _rhythms[place.Rhythm - 1];
            }

            _rhythms.Free(place.Rhythm - 1);
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
        public const int Ignored = -1;

        public ulong KeyHash;

        /// <summary>
        /// The number of its trace and one; 0 where nothing is known of it, or that it is not watched.
        /// </summary>
        public int Trace;

        /// <summary>The number of its rhythm and one; 0 where it has none.</summary>
        public int Rhythm;

        public readonly bool IsWatched => Trace > 0;
    }
}
