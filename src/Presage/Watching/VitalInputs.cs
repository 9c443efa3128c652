// Hot path: Follow and Evaluate run for each host and scrape, Evaluate for each vital sign; no allocation.
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;

namespace Presage.Watching;

/// <summary>
/// The newest samples of the series that the vital signs of one host are computed from, so that a scrape costs a look
/// at the newest sample of each and no query: hosts of a fleet at five seconds and more. What it says is what the
/// queries would say; where it cannot (samples were missed, a query says too much), it reads the store again or leaves
/// it to the engine. Used by the watcher's loop alone.
/// </summary>
sealed class VitalInputs(FollowedHost followed)
{
    /// <summary>Faster hosts send several samples between two looks.</summary>
    public static readonly TimeSpan CadenceMin = TimeSpan.FromSeconds(5);

    /// <summary>Windows with more samples are left to the engine.</summary>
    const int SamplesMax = 96;

    /// <summary>Cadences kept beyond the window: rows are taken that far behind the newest.</summary>
    const int CadencesBeyond = 2;

    /// <summary>Samples kept beyond all that: times are no exact multiples.</summary>
    const int SamplesBeyond = 2;

    /// <summary>Series that begin are seen after this long; those that replace others at once.</summary>
    const long BindEveryMs = 60_000;

    static readonly StandingInput[] None = [];

    [ThreadStatic]
    static Scratch? t_scratch;

    IReadOnlyList<VitalPlan> _plans = [];
    FollowedSeries[] _series = [];

    /// <summary>What each series is for.</summary>
    StandingInput[] _inputs = None;

    /// <summary>Where the samples of each series begin; one more for the end.</summary>
    int[] _starts = [0];
    byte[] _counts = [];
    int[] _times = [];
    double[] _values = [];

    /// <summary>By plan: the bound query, and where its inputs begin; null where there is none.</summary>
    BoundQuery?[] _queries = [];
    int[] _firsts = [];

    /// <summary>By plan: whether the engine has to be asked.</summary>
    bool[] _isLeft = [];
    long _epochMs;
    long _boundMs = long.MinValue;
    long _changes = -2;
    long _cadenceMs;
    long _lookbackMs;

    /// <summary>How far apart samples are at least: less than the cadence while that is not learned anew.</summary>
    long _spacingMs;

    /// <summary>Takes the newest samples in; selects the series anew when others are there.</summary>
    public void Follow(
        IReadOnlyList<VitalPlan> plans, ISampleSource source, long newestMs, long cadenceMs, long lookbackMs)
    {
        long changes = followed.Changes;
        bool isOther = !ReferenceEquals(plans, _plans) || _boundMs == long.MinValue || _cadenceMs != cadenceMs ||
            (changes != _changes && newestMs - _boundMs >= BindEveryMs) || newestMs - _epochMs > int.MaxValue / 2;
        if (isOther || !TakeNewest(changes, newestMs))
        {
            _plans = plans;
            _spacingMs = _cadenceMs == cadenceMs ? _spacingMs : cadenceMs;
            _cadenceMs = cadenceMs;
            _lookbackMs = lookbackMs;
            _changes = changes;
            Bind(source, newestMs);
        }
    }

    /// <summary>
    /// The values of a plan's query at a time, one for each of the labels; false where the engine has to be asked.
    /// </summary>
    public bool TryEvaluate(int plan, long atMs, out IReadOnlyList<LabelSet> labels, out ReadOnlySpan<double> values)
    {
        labels = [];
        values = [];
        if (plan >= _isLeft.Length || _isLeft[plan])
        {
            return false;
        }

        if (_queries[plan] is not { } query)
        {
            return true;
        }

        int first = _firsts[plan], end = _firsts[plan + 1];
        var scratch = t_scratch ??= new Scratch();
        var inputs = scratch.Inputs(end - first);
        for (int i = first; i < end; i++)
        {
            int start = _starts[i], count = _counts[i];
            for (int at = 0; at < count; at++)
            {
                scratch.Times[at] = _epochMs + _times[start + at];
            }

            inputs[i - first] = _inputs[i].Of(
                scratch.Times.AsSpan(0, count), _values.AsSpan(start, count), atMs, _lookbackMs);
        }

        labels = query.Labels;
        values = query.Evaluate(inputs);
        return true;
    }

    /// <summary>
    /// False where a sample was missed or a series has ended and others began: everything has to be read anew.
    /// </summary>
    bool TakeNewest(long changes, long newestMs)
    {
        var scratch = t_scratch ??= new Scratch();
        var (times, values) = scratch.Newest(_series.Length);
        followed.Read(_series, times, values);
        for (int i = 0; i < _series.Length; i++)
        {
            int start = _starts[i], count = _counts[i], room = _starts[i + 1] - start;
            long lastMs = count == 0 ? long.MinValue : _epochMs + _times[start + count - 1];
            long usualMs = SpacingOf(start, count) * 3 / 2;
            if (times[i] <= lastMs)
            {
                if (changes != _changes && newestMs - lastMs > usualMs)
                {
                    return false;
                }

                continue;
            }

            if (count > 0 && times[i] - lastMs > usualMs)
            {
                return false;
            }

            if (count == room)
            {
                if (!IsCovered(i, _epochMs + _times[start + 1], times[i], room))
                {
                    return false;
                }

                _times.AsSpan(start + 1, room - 1).CopyTo(_times.AsSpan(start));
                _values.AsSpan(start + 1, room - 1).CopyTo(_values.AsSpan(start));
                count--;
            }

            _times[start + count] = (int)(times[i] - _epochMs);
            _values[start + count] = values[i];
            _counts[i] = (byte)(count + 1);
        }

        return true;
    }

    /// <summary>
    /// Whether as many samples as there is room for reach over the window; where they come faster than the host's
    /// cadence says they do not, and more room is made when all is read anew.
    /// </summary>
    bool IsCovered(int number, long oldestMs, long newestMs, int room)
    {
        bool isCovered = newestMs - oldestMs >= ReachMs(_inputs[number]);
        _spacingMs = isCovered ? _spacingMs : Math.Clamp((newestMs - oldestMs) / (room - 1), 1, _spacingMs);
        return isCovered;
    }

    /// <summary>How far back samples are wanted.</summary>
    long ReachMs(StandingInput input) => input.WindowMs + (CadencesBeyond * _cadenceMs);

    /// <summary>The distance of the last two samples of a series, a cadence at least.</summary>
    long SpacingOf(int start, int count) =>
        count < 2 ? _cadenceMs : Math.Max(_cadenceMs, _times[start + count - 1] - _times[start + count - 2]);

    void Bind(ISampleSource source, long newestMs)
    {
        var ids = new Dictionary<ulong, int>();
        foreach (var one in followed.Series())
        {
            ids[one.KeyHash] = one.Id;
        }

        _boundMs = newestMs;
        _epochMs = newestMs - 86_400_000;
        var rows = new List<(FollowedSeries Series, StandingInput Input, ISampleSeries Stored, int Room)>();
        _queries = new BoundQuery?[_plans.Count];
        _firsts = new int[_plans.Count + 1];
        _isLeft = new bool[_plans.Count];
        for (int plan = 0; plan < _plans.Count; plan++)
        {
            _firsts[plan] = rows.Count;
            _isLeft[plan] = !Bind(_plans[plan], plan, source, newestMs, ids, rows);
        }

        _firsts[^1] = rows.Count;
        _series = [.. rows.Select(static row => row.Series)];
        _inputs = [.. rows.Select(static row => row.Input)];
        _counts = new byte[rows.Count];
        _starts = new int[rows.Count + 1];
        for (int i = 0; i < rows.Count; i++)
        {
            _starts[i + 1] = _starts[i] + rows[i].Room;
        }

        _times = new int[_starts[^1]];
        _values = new double[_starts[^1]];
        var columns = new SampleColumns();
        bool areCovered = true;
        for (int i = 0; i < rows.Count; i++)
        {
            areCovered &= Fill(i, rows[i].Stored, newestMs, columns);
        }

        if (!areCovered)
        {
            // Ends: the spacing is less now, with room for one sample more at least, and SamplesMax at most.
            Bind(source, newestMs);
        }
    }

    /// <summary>Finds the series of a plan; false where the engine has to be asked.</summary>
    bool Bind(
        VitalPlan plan,
        int number,
        ISampleSource source,
        long newestMs,
        Dictionary<ulong, int> ids,
        List<(FollowedSeries Series, StandingInput Input, ISampleSeries Stored, int Room)> rows)
    {
        if (plan.Standing is not { } standing)
        {
            return false;
        }

        int before = rows.Count;
        var labels = new List<IReadOnlyList<LabelSet>>();
        foreach (var input in standing.Inputs)
        {
            int room = (int)Math.Min(SamplesMax, ReachMs(input) / _spacingMs) + SamplesBeyond;
            var range = new TimeRange(newestMs - Math.Max(input.WindowMs, _lookbackMs), newestMs);
            var found = source.Select(input.Matchers, range);
            if (room > SamplesMax && found.Count > 0)
            {
                rows.RemoveRange(before, rows.Count - before);
                return false;
            }

            var present = new List<LabelSet>(found.Count);
            foreach (var series in found)
            {
                ulong hash = SeriesKey.Hash(series.Labels.ToKey());
                if (ids.TryGetValue(hash, out int id))
                {
                    present.Add(series.Labels);
                    rows.Add((new FollowedSeries(id, hash), input, series, room));
                }
            }

            labels.Add(present);
        }

        _queries[number] = rows.Count == before ? null : plan.Bind(labels);
        return true;
    }

    /// <summary>False where there is not room enough: everything has to be read once more, with more.</summary>
    bool Fill(int number, ISampleSeries stored, long newestMs, SampleColumns columns)
    {
        int start = _starts[number], room = _starts[number + 1] - start;
        columns.Clear();
        stored.Read(new TimeRange(newestMs - (room * _cadenceMs * 2), newestMs), columns);
        int skipped = Math.Max(0, columns.Count - room);
        for (int i = skipped; i < columns.Count; i++)
        {
            _times[start + i - skipped] = (int)(columns.TimestampsMs[i] - _epochMs);
            _values[start + i - skipped] = columns.Values[i];
        }

        _counts[number] = (byte)(columns.Count - skipped);
        return skipped == 0 || IsCovered(number, columns.TimestampsMs[skipped], columns.TimestampsMs[^1], room);
    }

    /// <summary>Buffers for one host at a time.</summary>
    sealed class Scratch
    {
        double[] _inputs = new double[64];
        long[] _newestMs = new long[256];
        double[] _newest = new double[256];

        public long[] Times { get; } = new long[SamplesMax];

        public Span<double> Inputs(int count)
        {
            _inputs = count > _inputs.Length ? new double[2 * count] : _inputs;
            return _inputs.AsSpan(0, count);
        }

        public (long[] Times, double[] Values) Newest(int count)
        {
            if (count > _newest.Length)
            {
                _newestMs = new long[2 * count];
                _newest = new double[2 * count];
            }

            return (_newestMs, _newest);
        }
    }
}
