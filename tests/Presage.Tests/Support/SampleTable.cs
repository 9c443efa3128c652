using Presage.Metrics;

namespace Presage.Tests.Support;

/// <summary>A sample source in memory: series with their samples, in the order they were added.</summary>
sealed class SampleTable : ISampleSource
{
    readonly SortedDictionary<LabelSet, List<(long TimestampMs, double Value)>> _series = [];

    public void Add(LabelSet series, long timestampMs, double value)
    {
        if (!_series.TryGetValue(series, out var samples))
        {
            _series[series] = samples = [];
        }

        samples.Add((timestampMs, value));
    }

    public void AddVital(string host, string vital, long timestampMs, double value, params Label[] per) => Add(
        LabelSet.OfMetric("presage_vital", [new("host", host), new("vital", vital), .. per]), timestampMs, value);

    public void AddUp(string host, long timestampMs, bool up) =>
        Add(LabelSet.OfMetric("presage_host_up", new Label("host", host)), timestampMs, up ? 1 : 0);

    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. Matching(matchers).Select(labels => new Row(labels, _series[labels]))];

    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
    [
        .. Matching(matchers).SelectMany(static s => s.Labels.ToArray()).Select(static l => l.Name).Distinct().Order(),
    ];

    public IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. Matching(matchers).Select(s => s[name]).Where(static v => v.Length > 0).Distinct().Order()];

    IEnumerable<LabelSet> Matching(IReadOnlyList<LabelMatcher> matchers) =>
        _series.Keys.Where(labels => matchers.All(matcher => matcher.Matches(labels)));

    sealed class Row(LabelSet labels, List<(long TimestampMs, double Value)> samples) : ISampleSeries
    {
        public LabelSet Labels => labels;

        public void Read(TimeRange range, SampleColumns columns)
        {
            foreach (var (timestampMs, value) in samples)
            {
                if (range.Contains(timestampMs))
                {
                    columns.Add(timestampMs, value);
                }
            }
        }
    }
}
