using Presage.Detection;
using Presage.Detection.OwnModels;
using Presage.Metrics;
using Presage.Onnx;
using Presage.Query;

namespace Presage.OwnModels;

/// <summary>
/// One model at work: asks its query of each host step by step, history first, and the model about what comes. Used by
/// the loop of <see cref="ModelWatch"/> alone.
/// </summary>
sealed class RunningModel : IDisposable
{
    /// <summary>Steps of history that teach, at least and at most.</summary>
    const int HistoryMin = 1_000;
    const int HistoryMax = 10_000;

    static readonly TimeSpan HistoryUsual = TimeSpan.FromDays(2);
    static readonly TimeSpan HistoryLongest = TimeSpan.FromDays(14);

    /// <summary>Steps asked of a query at once.</summary>
    const int PartSteps = 500;

    /// <summary>Steps that come later than this many are history by then.</summary>
    const int LateSteps = 10;

    /// <summary>Series of one model, and values of all their windows.</summary>
    const int SeriesMax = 10_000;
    const int ValuesMax = 4 << 20;

    /// <summary>Of each step, the part a model may take for all its series.</summary>
    const double StepShare = 0.25;

    /// <summary>Windows before a model is held against its time and its numbers.</summary>
    const int TrialWindows = 200;

    /// <summary>Of its answers, the part that may be no numbers.</summary>
    const double NotNumbersMax = 0.5;

    static readonly PromQlEngine Engine = new(new QueryLimits { ThreadsMax = 1 });

    readonly OnnxModel _model;
    readonly ModelQueue<WatchedSeries> _queue;
    readonly TimeProvider _time;
    readonly Dictionary<string, ModelHost> _hosts = new(StringComparer.Ordinal);
    readonly SampleBatch _batch;
    readonly long _stepMs;
    readonly int _historySteps;
    readonly int _seriesMax;

    public RunningModel(ModelDescription description, OnnxModel model, SampleBatch batch, TimeProvider time)
    {
        Description = description;
        _model = model;
        _time = time;
        _batch = batch;
        var contract = description.Contract;
        _queue = new ModelQueue<WatchedSeries>(contract, model, time, Take);
        _stepMs = (long)contract.Step.TotalMilliseconds;
        int usual = Math.Clamp((int)(HistoryUsual / contract.Step), HistoryMin, HistoryMax);
        _historySteps = Math.Min(usual, (int)(HistoryLongest / contract.Step)) + contract.Window;
        _seriesMax = Math.Min(SeriesMax, ValuesMax / contract.Window);
    }

    public ModelDescription Description { get; }

    public ModelContract Contract => Description.Contract;

    public OnnxModel Model => _model;

    public IReadOnlyCollection<ModelHost> Hosts => _hosts.Values;

    /// <summary>Series that are odd now.</summary>
    public HashSet<WatchedSeries> Odd { get; } = [];

    /// <summary>Anomalies that opened or closed and are not told yet.</summary>
    public List<(WatchedSeries Series, bool IsOpen)> Changes { get; } = [];

    public int Series { get; private set; }

    /// <summary>Series beyond the most a model may watch.</summary>
    public int LeftOut => _hosts.Values.Sum(static host => host.LeftOut);

    public long Answered => _queue.Answered;

    public long NotNumbers => _queue.NotNumbers;

    public TimeSpan Spent => _queue.Spent;

    /// <summary>Whether a host has steps to take in.</summary>
    public bool IsDue(string host, long newestMs) =>
        newestMs != long.MinValue && (!_hosts.TryGetValue(host, out var known) || newestMs - known.DoneMs >= _stepMs);

    /// <summary>Whether the history of a host is still to be read, or the host is new.</summary>
    public bool IsLearning(string host) => !_hosts.TryGetValue(host, out var known) || known.IsLearning;

    /// <summary>Series of a host that are judged.</summary>
    public int JudgedOn(string host) =>
        _hosts.TryGetValue(host, out var known) ? known.Series.Values.Count(static one => one.Judged.IsReady) : 0;

    /// <summary>Leaves out the steps of a host that could not be asked for.</summary>
    public void Pass(string host, long newestMs)
    {
        if (_hosts.TryGetValue(host, out var known))
        {
            Interrupt(known, newestMs / _stepMs * _stepMs);
        }
    }

    /// <summary>Takes in the steps of a host up to its newest sample, or a part of them.</summary>
    /// <exception cref="ModelException">The model cannot go on.</exception>
    public void Advance(
        string name,
        long newestMs,
        ISampleSource source,
        Func<long, bool> isMaintained,
        CancellationToken cancellationToken
    )
    {
        long lastMs = newestMs / _stepMs * _stepMs;
        if (!_hosts.TryGetValue(name, out var host))
        {
            host = new ModelHost(name) { HistoryToMs = lastMs, DoneMs = lastMs - (_historySteps * _stepMs) };
            _hosts.Add(name, host);
        }

        if (lastMs - host.DoneMs > _historySteps * _stepMs)
        {
            Interrupt(host, lastMs - (_historySteps * _stepMs));
        }

        bool wasLearning = host.IsLearning;
        if (!wasLearning && lastMs - host.DoneMs > LateSteps * _stepMs)
        {
            host.HistoryToMs = lastMs - (LateSteps * _stepMs);
        }

        long fromMs = host.DoneMs + _stepMs;
        long toMs = Math.Min(lastMs, host.DoneMs + (PartSteps * _stepMs));
        toMs = host.DoneMs < host.HistoryToMs ? Math.Min(toMs, host.HistoryToMs) : toMs;
        Ask(host, fromMs, toMs, source, isMaintained, cancellationToken);
        host.DoneMs = toMs;
        if (wasLearning && !host.IsLearning)
        {
            _queue.Flush();
            Changes.AddRange(
                host.Series.Values.Where(static one => one.Judged.IsOdd).Select(static one => (one, true))
            );
        }
    }

    /// <summary>Asks the model for all that waits, and holds it against what it may take.</summary>
    /// <exception cref="ModelException">The model cannot go on.</exception>
    public void Finish()
    {
        _queue.Flush();
        if (_queue.Answered < TrialWindows)
        {
            return;
        }

        if (_queue.NotNumbers > NotNumbersMax * _queue.Answered)
        {
            throw new ModelException(
                $"{_queue.NotNumbers} of its {_queue.Answered} answers were no numbers (NaN or infinite)"
            );
        }

        double each = _queue.Spent.TotalSeconds / _queue.Answered;
        if (each * Series > StepShare * Contract.Step.TotalSeconds)
        {
            throw new ModelException(
                $"it takes {each * 1_000:0.##} ms a window, so {each * Series:0.#} s for {Series} series every "
                    + $"{Contract.Step.TotalSeconds:0} s; a quarter of the step is the most"
            );
        }
    }

    /// <summary>Forgets hosts that are not known any more.</summary>
    public void Keep(Func<string, bool> isKnown)
    {
        foreach (string gone in _hosts.Keys.Where(name => !isKnown(name)).ToList())
        {
            foreach (var series in _hosts[gone].Series.Values)
            {
                Odd.Remove(series);
                Series--;
            }

            _hosts.Remove(gone);
        }
    }

    /// <summary>Ends the anomalies of some series: their host is silent, or the model is taken away.</summary>
    public void End(Func<WatchedSeries, bool> isGone)
    {
        foreach (var series in Odd.Where(isGone).ToList())
        {
            series.Judged.End();
            Changes.Add((series, false));
            Odd.Remove(series);
        }
    }

    public void Dispose() => _model.Dispose();

    void Ask(
        ModelHost host,
        long fromMs,
        long toMs,
        ISampleSource source,
        Func<long, bool> isMaintained,
        CancellationToken cancellationToken
    )
    {
        var found =
            fromMs == toMs
                ? Engine.Instant(Description.Query, toMs, source, cancellationToken).Series
                : Engine.Range(Description.Query, fromMs, toMs, _stepMs, source, cancellationToken).Series;
        host.Part++;
        host.LeftOut = 0;
        bool[] maintained = new bool[((toMs - fromMs) / _stepMs) + 1];
        for (int i = 0; i < maintained.Length; i++)
        {
            maintained[i] = isMaintained(fromMs + (i * _stepMs));
        }

        foreach (var one in found)
        {
            if (SeriesOf(host, one.Labels) is { } series)
            {
                series.SeenIn = host.Part;
                Offer(series, fromMs, maintained, one.TimestampsMs, one.Values);
            }
        }

        foreach (var series in host.Series.Values)
        {
            if (series.SeenIn != host.Part)
            {
                Offer(series, fromMs, maintained, [], []);
            }
        }
    }

    void Offer(
        WatchedSeries series,
        long fromMs,
        bool[] maintained,
        ReadOnlySpan<long> timesMs,
        ReadOnlySpan<double> values
    )
    {
        int at = 0;
        for (int i = 0; i < maintained.Length; i++)
        {
            long stepMs = fromMs + (i * _stepMs);
            bool isThere = at < timesMs.Length && timesMs[at] == stepMs;
            double value = isThere ? values[at++] : double.NaN;
            if (maintained[i])
            {
                // What happens under maintenance is no example: no window may hold it.
                _queue.Flush();
                series.Judged.Interrupt();
                Note(series, series.Judged.End(), stepMs);
                continue;
            }

            _queue.Offer(series, series.Judged, stepMs, value, stepMs);
            if (!isThere && series.Judged.IsOdd)
            {
                Note(series, series.Judged.Miss(stepMs), stepMs);
            }
        }
    }

    void Take(WatchedSeries series, ModelReading reading, long stepMs)
    {
        series.Reading = reading;
        series.ReadingMs = stepMs;
        if (stepMs >= _hosts[series.Host].HistoryToMs + 1)
        {
            series.Store(_batch, stepMs);
        }

        Note(series, reading.Change, stepMs);
    }

    void Note(WatchedSeries series, AnomalyChange change, long stepMs)
    {
        if (change == AnomalyChange.None)
        {
            return;
        }

        bool isOpen = change == AnomalyChange.Opened;
        if (isOpen)
        {
            Odd.Add(series);
        }
        else
        {
            Odd.Remove(series);
        }

        if (stepMs >= _hosts[series.Host].HistoryToMs + 1)
        {
            Changes.Add((series, isOpen));
        }
    }

    WatchedSeries? SeriesOf(ModelHost host, LabelSet labels)
    {
        if (host.Series.TryGetValue(labels, out var series))
        {
            return series;
        }

        if (Series >= _seriesMax)
        {
            host.LeftOut++;
            return null;
        }

        series = new WatchedSeries(Contract, host.Name, labels);
        host.Series.Add(labels, series);
        Series++;
        return series;
    }

    static void Interrupt(ModelHost host, long doneMs)
    {
        foreach (var series in host.Series.Values)
        {
            series.Judged.Interrupt();
        }

        host.DoneMs = doneMs;
    }
}
