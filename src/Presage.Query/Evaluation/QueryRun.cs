using Presage.Metrics;
using Presage.Query.Parsing;

namespace Presage.Query.Evaluation;

/// <summary>
/// What all parts of one evaluation share: the source, the limits, what was spent, what there is to remark.
/// </summary>
sealed class QueryRun(
    QueryLimits limits, QueryFeatures features, string query, ISampleSource source, CancellationToken cancellationToken)
{
    readonly Stack<SampleColumns> _columns = new();

    /// <summary>
    /// Guards what is shared between the threads of a scan: remarks, spare columns, the account of points.
    /// </summary>
    readonly Lock _lock = new();
    readonly SortedSet<string> _warnings = new(StringComparer.Ordinal);
    readonly SortedSet<string> _infos = new(StringComparer.Ordinal);
    long _samplesHeld;
    long _samplesPeak;
    long _samplesRead;
    long _seriesRead;

    public ISampleSource Source { get; } = source;

    public int ThreadsMax => limits.ThreadsMax;

    public long LookbackMs { get; } = (long)limits.Lookback.TotalMilliseconds;

    public long SubqueryStepMs { get; } = (long)limits.SubqueryStep.TotalMilliseconds;

    public bool DelaysNameRemoval { get; } = features.HasFlag(QueryFeatures.DelayedNameRemoval);

    public bool TypeAndUnit { get; } = features.HasFlag(QueryFeatures.TypeAndUnitLabels);

    /// <summary>
    /// Start, end and step of the whole query, which <c>start()</c>, <c>step()</c> and their like mean.
    /// </summary>
    public required long StartMs { get; init; }

    public required long EndMs { get; init; }

    public required long StepMs { get; init; }

    public bool IsRange { get; init; }

    public IReadOnlyList<string> Warnings => [.. _warnings];

    public IReadOnlyList<string> Infos => [.. _infos];

    public QueryStatistics Statistics => new(_seriesRead, _samplesRead, _samplesPeak);

    public long Milliseconds(DurationNode duration) => duration.Milliseconds(StepMs, EndMs - StartMs);

    /// <summary>
    /// The labels without the metric's name (and without type and unit, where these go with the name).
    /// </summary>
    public LabelSet WithoutName(LabelSet labels) => TypeAndUnit
        ? labels.Without(LabelNames.MetricName, "__type__", "__unit__")
        : labels.Without(LabelNames.MetricName);

    public void ThrowIfCancelled() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>Reads one series; the columns hold no staleness markers afterwards when these are not kept.</summary>
    public void Read(ISampleSeries series, TimeRange range, SampleColumns columns, bool keepStale)
    {
        columns.Clear();
        series.Read(range, columns);
        AddRead(1, columns.Count);
        CheckRead(columns.Count);
        if (!keepStale)
        {
            columns.DropStaleMarkers();
        }
    }

    /// <summary>The series a selector finds.</summary>
    public IReadOnlyList<ISampleSeries> Select(
        IReadOnlyList<LabelMatcher> matchers, TimeRange range, SeriesOrder order) =>
        IsSorted(order) ? Source.Select(matchers, range) : Source.SelectInAnyOrder(matchers, range);

    /// <summary>Whether series are to come sorted by labels.</summary>
    public bool IsSorted(SeriesOrder order) =>
        order == SeriesOrder.ByLabels || (order == SeriesOrder.ByLabelsAtInstant && !IsRange);

    /// <summary>Counts what a thread has read.</summary>
    public void AddRead(long series, long samples)
    {
        Interlocked.Add(ref _seriesRead, series);
        Interlocked.Add(ref _samplesRead, samples);
    }

    /// <summary>Refuses to go on when samples just read are more than may be held.</summary>
    public void CheckRead(int samples)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _samplesHeld) + (2L * samples) > limits.SamplesMax)
        {
            throw TooManySamples();
        }
    }

    /// <summary>Accounts for points held in memory.</summary>
    public void Hold(long points)
    {
        lock (_lock)
        {
            _samplesHeld += points;
            _samplesPeak = Math.Max(_samplesPeak, _samplesHeld);
            if (_samplesHeld > limits.SamplesMax)
            {
                throw TooManySamples();
            }
        }
    }

    /// <summary>How many series of some steps may be computed ahead: at most a sixteenth of what may be held.</summary>
    public int SeriesHeldMax(int steps, int wanted) => (int)Math.Clamp(limits.SamplesMax / 16 / steps, 1, wanted);

    public void Release(long points) => Interlocked.Add(ref _samplesHeld, -points);

    public PromQlExecutionException TooManySamples() =>
        new("query processing would load too many samples into memory in query execution "
            + $"(limit {limits.SamplesMax})");

    public SampleColumns RentColumns()
    {
        lock (_lock)
        {
            return _columns.TryPop(out var columns) ? columns : new SampleColumns();
        }
    }

    public void Return(SampleColumns columns)
    {
        lock (_lock)
        {
            _columns.Push(columns);
        }
    }

    public void Warn(string message, TextSpan at) => Add(_warnings, $"PromQL warning: {message} ({At(at)})");

    public void Inform(string message, TextSpan at) => Add(_infos, $"PromQL info: {message} ({At(at)})");

    void Add(SortedSet<string> remarks, string remark)
    {
        lock (_lock)
        {
            remarks.Add(remark);
        }
    }

    string At(TextSpan span) => SyntaxError.Position(query, span.Start);
}
