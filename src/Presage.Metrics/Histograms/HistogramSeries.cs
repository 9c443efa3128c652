using System.Globalization;

namespace Presage.Metrics;

/// <summary>
/// A series of native histograms, put together of its parts (<see cref="HistogramParts"/>), with the plain samples that
/// the series has, too, if any.
/// </summary>
public sealed class HistogramSeries : ISampleSeries
{
    readonly ISampleSeries? _numbers;
    readonly ISampleSeries? _layout;
    readonly Part[] _parts;

    HistogramSeries(LabelSet labels, ISampleSeries? numbers, IReadOnlyList<ISampleSeries> parts)
    {
        Labels = labels;
        _numbers = numbers;
        _layout = parts.FirstOrDefault(static p => p.Labels[HistogramParts.Label] == HistogramParts.Layout);
        _parts = [.. parts.Select(Part.Of).Where(static p => p.Kind != PartKind.Other).OrderBy(static p => p.Order)];
    }

    public LabelSet Labels { get; }

    /// <summary>
    /// Puts the histograms among selected series together; the others stay as they are. Sorted by labels where any
    /// were found.
    /// </summary>
    public static IReadOnlyList<ISampleSeries> Join(IReadOnlyList<ISampleSeries> selected)
    {
        List<ISampleSeries> joined = [];
        var parts = new Dictionary<LabelSet, List<ISampleSeries>>();
        foreach (var series in selected)
        {
            if (series.Labels[HistogramParts.Label].Length == 0)
            {
                joined.Add(series);
                continue;
            }

            var labels = series.Labels.Without(HistogramParts.Label);
            if (!parts.TryGetValue(labels, out var ofOne))
            {
                parts.Add(labels, ofOne = []);
            }

            ofOne.Add(series);
        }

        for (int i = 0; i < joined.Count; i++)
        {
            if (parts.Remove(joined[i].Labels, out var ofOne))
            {
                joined[i] = new HistogramSeries(joined[i].Labels, joined[i], ofOne);
            }
        }

        foreach (var (labels, ofOne) in parts)
        {
            joined.Add(new HistogramSeries(labels, null, ofOne));
        }

        joined.Sort(static (a, b) => a.Labels.CompareTo(b.Labels));
        return joined;
    }

    public void Read(TimeRange range, SampleColumns columns)
    {
        var numbers = new SampleColumns(0);
        _numbers?.Read(range, numbers);
        var layout = new SampleColumns(0);
        _layout?.Read(range, layout);
        var read = new SampleColumns[layout.Count > 0 ? _parts.Length : 0];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = new SampleColumns(0);
            _parts[i].Series.Read(range, read[i]);
        }

        int[] at = new int[read.Length];
        int next = 0;
        for (int i = 0; i < layout.Count; i++)
        {
            long timestampMs = layout.TimestampsMs[i];
            for (; next < numbers.Count && numbers.TimestampsMs[next] < timestampMs; next++)
            {
                columns.Add(numbers.TimestampsMs[next], numbers.Values[next]);
            }

            // A sample of both kinds is the histogram.
            next += next < numbers.Count && numbers.TimestampsMs[next] == timestampMs ? 1 : 0;
            if (SampleValue.IsStale(layout.Values[i]))
            {
                columns.Add(timestampMs, layout.Values[i]);
            }
            else
            {
                columns.AddHistogram(timestampMs, Histogram(timestampMs, layout.Values[i], read, at));
            }
        }

        for (; next < numbers.Count; next++)
        {
            columns.Add(numbers.TimestampsMs[next], numbers.Values[next]);
        }
    }

    /// <summary>The histogram of a time: of the parts that have a sample then.</summary>
    NativeHistogram Histogram(long timestampMs, double layout, SampleColumns[] read, int[] at)
    {
        var (schema, hint) = HistogramParts.ReadLayout(layout);
        double count = 0, sum = double.NaN, zeroThreshold = 0, zeroCount = 0;
        List<double> bounds = [];
        var sides = (Positive: new Side(), Negative: new Side());
        for (int i = 0; i < read.Length; i++)
        {
            var times = read[i].TimestampsMs;
            while (at[i] < times.Length && times[at[i]] < timestampMs)
            {
                at[i]++;
            }

            if (at[i] == times.Length || times[at[i]] != timestampMs)
            {
                continue;
            }

            double value = read[i].Values[at[i]];
            switch (_parts[i].Kind)
            {
                case PartKind.Count:
                    count = value;
                    break;
                case PartKind.Sum:
                    sum = value;
                    break;
                case PartKind.Zero:
                    (zeroThreshold, zeroCount) = (_parts[i].Bound, value);
                    break;
                case PartKind.Positive:
                    sides.Positive.Add((int)_parts[i].Bound, value);
                    break;
                case PartKind.Negative:
                    sides.Negative.Add((int)_parts[i].Bound, value);
                    break;
                default:
                    sides.Positive.Add(bounds.Count, value);
                    bounds.Add(_parts[i].Bound);
                    break;
            }
        }

        return new NativeHistogram
        {
            Schema = schema,
            Hint = hint,
            Count = count,
            Sum = sum,
            ZeroThreshold = zeroThreshold,
            ZeroCount = zeroCount,
            Positive = sides.Positive.Finish(),
            Negative = sides.Negative.Finish(),
            CustomBounds = bounds.Count > 0 && double.IsPositiveInfinity(bounds[^1]) ? bounds[..^1] : bounds,
        };
    }

    enum PartKind
    {
        Other,
        Count,
        Sum,
        Zero,
        Positive,
        Negative,
        Custom,
    }

    /// <summary>A part; its bound is the threshold, the index or the upper bound.</summary>
    readonly record struct Part(ISampleSeries Series, PartKind Kind, double Bound)
    {
        /// <summary>Buckets of one side in the order of their bounds.</summary>
        public (PartKind, double) Order => (Kind, Bound);

        public static Part Of(ISampleSeries series)
        {
            string text = series.Labels[HistogramParts.Label];
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? text : text[..colon];
            bool hasBound = double.TryParse(
                text.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double bound);
            var kind = name switch
            {
                HistogramParts.Count => PartKind.Count,
                HistogramParts.Sum => PartKind.Sum,
                "zero" when hasBound => PartKind.Zero,
                "p" when hasBound => PartKind.Positive,
                "n" when hasBound => PartKind.Negative,
                "le" when hasBound => PartKind.Custom,
                _ => PartKind.Other,
            };
            return new Part(series, kind, bound);
        }
    }

    /// <summary>The buckets of one side, as they are found.</summary>
    sealed class Side
    {
        readonly List<int> _indexes = [];
        readonly List<double> _counts = [];

        public void Add(int index, double count)
        {
            _indexes.Add(index);
            _counts.Add(count);
        }

        public HistogramBuckets Finish() => HistogramBuckets.Of(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_indexes),
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_counts));
    }
}
