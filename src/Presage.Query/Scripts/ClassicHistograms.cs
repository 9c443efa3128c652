using System.Globalization;
using Presage.Metrics;

namespace Presage.Query.Scripts;

/// <summary>
/// Makes native histograms with custom buckets of the classic ones of a load: <c>x_bucket</c>, <c>x_count</c> and
/// <c>x_sum</c> become <c>x</c>.
/// </summary>
static class ClassicHistograms
{
    /// <summary>The histograms of all series, with the step each sample stands at.</summary>
    public static IEnumerable<(LabelSet Labels, int Step, NativeHistogram Histogram)> Of(
        IEnumerable<SeriesLine> lines)
    {
        var samples = new Dictionary<(LabelSet Labels, int Step), Parts>();
        foreach (var line in lines)
        {
            var (ending, name) = EndingOf(line.Labels.MetricName);
            string bound = line.Labels["le"];
            if (ending.Length == 0 || (ending == "_bucket" && !TryBound(bound, out _)))
            {
                continue;
            }

            var labels = line.Labels.With(LabelNames.MetricName, name);
            labels = ending == "_bucket" ? labels.Without("le") : labels;
            for (int i = 0; i < line.Values.Count; i++)
            {
                if (line.Values[i].Number is not { } value)
                {
                    continue;
                }

                if (!samples.TryGetValue((labels, i), out var parts))
                {
                    samples[(labels, i)] = parts = new Parts();
                }

                parts.Set(ending, bound, value);
            }
        }

        foreach (var ((labels, step), parts) in samples)
        {
            if (parts.ToHistogram() is { } histogram)
            {
                yield return (labels, step, histogram);
            }
        }
    }

    static (string Ending, string Name) EndingOf(string name)
    {
        foreach (string ending in (ReadOnlySpan<string>)["_bucket", "_count", "_sum"])
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return (ending, name[..^ending.Length]);
            }
        }

        return ("", name);
    }

    static bool TryBound(string text, out double bound)
    {
        bound = double.PositiveInfinity;
        return text is "+Inf" or "Inf"
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out bound);
    }

    sealed class Parts
    {
        readonly SortedDictionary<double, double> _cumulative = [];
        double? _count;
        double _sum;

        public void Set(string ending, string bound, double value)
        {
            if (ending == "_bucket")
            {
                TryBound(bound, out double upper);
                _cumulative[upper] = value;
            }
            else if (ending == "_count")
            {
                _count = value;
            }
            else
            {
                _sum = value;
            }
        }

        public NativeHistogram? ToHistogram()
        {
            if (_cumulative.Count == 0 && _count is null)
            {
                return null;
            }

            double total = _cumulative.TryGetValue(double.PositiveInfinity, out double last) ? last
                : _count ?? _cumulative.Values.Last();
            _cumulative[double.PositiveInfinity] = total;
            double before = 0;
            var counts = new List<double>();
            foreach (double cumulative in _cumulative.Values)
            {
                counts.Add(cumulative - before);
                before = cumulative;
            }

            return new NativeHistogram
            {
                Schema = NativeHistogram.CustomSchema,
                Count = total,
                Sum = _sum,
                CustomBounds = [.. _cumulative.Keys.Where(double.IsFinite)],
                Positive = HistogramBuckets.OfRun(0, counts.ToArray()),
            };
        }
    }
}
