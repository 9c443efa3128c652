using Presage.Metrics;

namespace Presage.Query.Scripts;

/// <summary>The samples a script has loaded.</summary>
sealed class ScriptSamples : ISampleSource
{
    readonly SortedDictionary<LabelSet, Series> _series = [];

    public void Clear() => _series.Clear();

    public void Add(LabelSet labels, long timestampMs, double value)
    {
        if (!_series.TryGetValue(labels, out var series))
        {
            _series[labels] = series = new Series(labels);
        }

        series.Samples[timestampMs] = value;
    }

    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. _series.Values.Where(s => matchers.All(m => m.Matches(s.Labels)))];

    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. Select(matchers, range).SelectMany(s => s.Labels.Labels.ToArray()).Select(l => l.Name).Distinct().Order()];

    public IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. Select(matchers, range).Select(s => s.Labels[name]).Where(v => v.Length > 0).Distinct().Order()];

    sealed class Series(LabelSet labels) : ISampleSeries
    {
        public LabelSet Labels { get; } = labels;

        public SortedList<long, double> Samples { get; } = [];

        public void Read(TimeRange range, SampleColumns columns)
        {
            foreach (var (timestampMs, value) in Samples)
            {
                if (range.Contains(timestampMs))
                {
                    columns.Add(timestampMs, value);
                }
            }
        }
    }
}
