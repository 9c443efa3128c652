using Presage.Metrics;
using Presage.Query.Histograms;

namespace Presage.Query.Scripts;

/// <summary>The samples a script has loaded.</summary>
sealed class ScriptSamples : ISampleSource
{
    readonly SortedDictionary<LabelSet, Series> _series = [];

    public void Clear() => _series.Clear();

    public void Add(LabelSet labels, long timestampMs, double value) =>
        Of(labels).Set(timestampMs, value, null);

    public void Add(LabelSet labels, long timestampMs, NativeHistogram histogram) =>
        Of(labels).Set(timestampMs, SampleValue.HistogramMark, histogram);

    /// <summary>Since when the sample of a time counts.</summary>
    public void SetStart(LabelSet labels, long timestampMs, long startMs) => Of(labels).SetStart(timestampMs, startMs);

    public IReadOnlyList<ISampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. _series.Values.Where(s => matchers.All(m => m.Matches(s.Labels)))];

    public IReadOnlyList<string> LabelNames(IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. Select(matchers, range).SelectMany(s => s.Labels.Labels.ToArray()).Select(l => l.Name).Distinct().Order()];

    public IReadOnlyList<string> LabelValues(string name, IReadOnlyList<LabelMatcher> matchers, TimeRange range) =>
        [.. Select(matchers, range).Select(s => s.Labels[name]).Where(v => v.Length > 0).Distinct().Order()];

    Series Of(LabelSet labels)
    {
        if (!_series.TryGetValue(labels, out var series))
        {
            _series[labels] = series = new Series(labels);
        }

        return series;
    }

    sealed class Series(LabelSet labels) : ISampleSeries
    {
        readonly SortedList<long, (double Value, NativeHistogram? Histogram)> _samples = [];
        readonly Dictionary<long, long> _starts = [];
        bool _hintsSet = true;

        public LabelSet Labels { get; } = labels;

        public void Set(long timestampMs, double value, NativeHistogram? histogram)
        {
            _samples[timestampMs] = (value, histogram);
            _hintsSet &= histogram is null;
        }

        public void SetStart(long timestampMs, long startMs) => _starts[timestampMs] = startMs;

        public void Read(TimeRange range, SampleColumns columns)
        {
            if (!_hintsSet)
            {
                SetHints();
            }

            foreach (var (timestampMs, (value, histogram)) in _samples)
            {
                if (!range.Contains(timestampMs))
                {
                    continue;
                }

                if (histogram is null)
                {
                    columns.Add(timestampMs, value);
                }
                else
                {
                    columns.AddHistogram(timestampMs, histogram);
                }

                if (_starts.TryGetValue(timestampMs, out long startMs))
                {
                    columns.SetStart(startMs);
                }
            }
        }

        /// <summary>
        /// A store knows of a sample that no counter was reset when it continues the chunk of the sample before: same
        /// layout, nothing shrank. The first of a chunk tells nothing.
        /// </summary>
        void SetHints()
        {
            NativeHistogram? before = null;
            for (int i = 0; i < _samples.Count; i++)
            {
                var (value, histogram) = _samples.GetValueAtIndex(i);
                if (histogram is null)
                {
                    before = null;
                    continue;
                }

                if (histogram.Hint != CounterResetHint.Gauge)
                {
                    var plain = histogram with { Hint = CounterResetHint.Unknown };
                    bool continues = before is { Hint: not CounterResetHint.Gauge } && SameLayout(before, histogram)
                        && histogram.Hint != CounterResetHint.Reset && !HistogramResets.Shrank(before, plain);
                    histogram = plain with
                    {
                        Hint = continues ? CounterResetHint.NotReset : CounterResetHint.Unknown,
                    };
                    _samples.SetValueAtIndex(i, (value, histogram));
                }

                before = histogram;
            }

            _hintsSet = true;
        }

        static bool SameLayout(NativeHistogram a, NativeHistogram b) =>
            a.Schema == b.Schema && a.ZeroThreshold == b.ZeroThreshold && a.CustomBounds.SequenceEqual(b.CustomBounds);
    }
}
