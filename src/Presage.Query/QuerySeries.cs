using Presage.Metrics;

namespace Presage.Query;

/// <summary>One series of a result: labels and its points as two columns of equal length, ascending in time.</summary>
public sealed class QuerySeries
{
    readonly long[] _timestampsMs;
    readonly double[] _values;

    readonly NativeHistogram?[]? _histograms;

    internal QuerySeries(
        LabelSet labels, long[] timestampsMs, double[] values, NativeHistogram?[]? histograms = null)
    {
        _histograms = histograms;
        Labels = labels;
        _timestampsMs = timestampsMs;
        _values = values;
    }

    public LabelSet Labels { get; }

    /// <summary>Milliseconds since 1970 UTC.</summary>
    public ReadOnlySpan<long> TimestampsMs => _timestampsMs;

    /// <summary>Whether two series have the same times, told without a look at them.</summary>
    public bool SharesTimes(QuerySeries other) => ReferenceEquals(_timestampsMs, other._timestampsMs);

    /// <summary>The numbers; NaN where the point is a native histogram.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Whether any point is a native histogram.</summary>
    public bool HasHistograms => _histograms is not null && Array.Exists(_histograms, static h => h is not null);

    /// <summary>The native histogram of a point; null where the point is a number.</summary>
    public NativeHistogram? HistogramAt(int point) => _histograms?[point];

    /// <summary>The number of points; 1 in a vector.</summary>
    public int Count => _values.Length;

    /// <summary>The newest value; the only one in a vector.</summary>
    public double Value => _values[^1];
}
