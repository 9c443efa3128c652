using Presage.Metrics;

namespace Presage.Query.Scripts.Rules;

/// <summary>
/// A rule while its test runs: records, or carries alerts from pending to firing, as Prometheus does.
/// </summary>
sealed class RuleUnderTest(TestedRule rule, PromQlEngine engine, RuleTest test)
{
    readonly PreparedQuery _query = engine.Prepare(rule.Expression);
    readonly Dictionary<LabelSet, Activity> _active = [];
    HashSet<LabelSet> _written = [];

    public TestedRule Rule => rule;

    public string Name => rule.Alert ?? rule.Record ?? "";

    public IEnumerable<FiringAlert> Firing => _active.Values.Where(static a => a.IsFiring).Select(static a => a.Alert);

    public void Evaluate(ScriptSamples samples, long now, CancellationToken cancellationToken)
    {
        var result = engine.Instant(_query, now, samples, cancellationToken);
        var written = new HashSet<LabelSet>();
        if (rule.Record is { } name)
        {
            foreach (var series in result.Series)
            {
                Write(samples, written, Labelled(series.Labels.With(LabelNames.MetricName, name), rule.Labels), now,
                    series.Value, series.HistogramAt(0));
            }

            if (result.Kind == QueryResultKind.Scalar)
            {
                Write(samples, written, Labelled(LabelSet.OfMetric(name), rule.Labels), now, result.Scalar, null);
            }
        }
        else
        {
            Alert(result, samples, written, now);
        }

        foreach (var gone in _written.Except(written))
        {
            samples.Add(gone, now, SampleValue.StaleMarker);
        }

        _written = written;
    }

    static void Write(
        ScriptSamples samples, HashSet<LabelSet> written, LabelSet labels, long now, double value,
        NativeHistogram? histogram)
    {
        if (!written.Add(labels))
        {
            throw new PromQlExecutionException("vector contains metrics with the same labelset after applying rule "
                + "labels");
        }

        if (histogram is null)
        {
            samples.Add(labels, now, value);
        }
        else
        {
            samples.Add(labels, now, histogram);
        }
    }

    static LabelSet Labelled(LabelSet labels, IReadOnlyDictionary<string, string> more) =>
        more.Aggregate(labels, static (set, label) => set.With(label.Key, label.Value));

    void Alert(QueryResult result, ScriptSamples samples, HashSet<LabelSet> written, long now)
    {
        var seen = new HashSet<LabelSet>();
        foreach (var series in result.Series)
        {
            var text = new AlertTemplate(series.Labels, series.Value, test.ExternalLabels);
            var labels = series.Labels.Without(LabelNames.MetricName);
            labels = Labelled(labels, rule.Labels.ToDictionary(static l => l.Key, l => text.Expand(l.Value)))
                .With("alertname", rule.Alert!);
            if (!seen.Add(labels))
            {
                throw new PromQlExecutionException(
                    "vector contains metrics with the same labelset after applying alert labels");
            }

            var alert = new FiringAlert(
                labels.Labels.ToArray().ToDictionary(static l => l.Name, static l => l.Value),
                rule.Annotations.ToDictionary(static a => a.Key, a => text.Expand(a.Value)));
            if (!_active.TryGetValue(labels, out var activity))
            {
                _active[labels] = activity = new Activity(now);
            }

            activity.Alert = alert;
            activity.KeepSinceMs = null;
            activity.IsFiring |= now - activity.SinceMs >= rule.ForMs;
        }

        foreach (var (labels, activity) in _active.Where(a => !seen.Contains(a.Key)).ToList())
        {
            activity.KeepSinceMs ??= now;
            if (!activity.IsFiring || rule.KeepFiringMs == 0 || now - activity.KeepSinceMs >= rule.KeepFiringMs)
            {
                _active.Remove(labels);
            }
        }

        foreach (var (labels, activity) in _active)
        {
            var shown = labels.With(LabelNames.MetricName, "ALERTS")
                .With("alertstate", activity.IsFiring ? "firing" : "pending");
            Write(samples, written, shown, now, 1, null);
            var since = labels.With(LabelNames.MetricName, "ALERTS_FOR_STATE");
            Write(samples, written, since, now, activity.SinceMs / 1000.0, null);
        }
    }

    sealed class Activity(long sinceMs)
    {
        public long SinceMs { get; } = sinceMs;

        public long? KeepSinceMs { get; set; }

        public bool IsFiring { get; set; }

        public FiringAlert Alert { get; set; } = new(
            new Dictionary<string, string>(), new Dictionary<string, string>());
    }
}

/// <summary>An alert with what its templates gave.</summary>
sealed record FiringAlert(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);
