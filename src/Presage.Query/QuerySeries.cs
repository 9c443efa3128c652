using Presage.Metrics;

namespace Presage.Query;

/// <summary>One series of a result: labels and its points as two columns of equal length, ascending in time.</summary>
public sealed class QuerySeries
{
    readonly long[] _timestampsMs;
    readonly double[] _values;

    internal QuerySeries(LabelSet labels, long[] timestampsMs, double[] values)
    {
        Labels = labels;
        _timestampsMs = timestampsMs;
        _values = values;
    }

    public LabelSet Labels { get; }

    /// <summary>Milliseconds since 1970 UTC.</summary>
    public ReadOnlySpan<long> TimestampsMs => _timestampsMs;

    public ReadOnlySpan<double> Values => _values;

    /// <summary>The number of points; 1 in a vector.</summary>
    public int Count => _values.Length;

    /// <summary>The newest value; the only one in a vector.</summary>
    public double Value => _values[^1];
}
