namespace Presage.Metrics;

/// <summary>Growing columns of one series' samples, reused from series to series by a query.</summary>
public sealed class SampleColumns
{
    long[] _timestampsMs = new long[256];
    double[] _values = new double[256];

    public int Count { get; private set; }

    public ReadOnlySpan<long> TimestampsMs => _timestampsMs.AsSpan(0, Count);

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    public void Add(long timestampMs, double value)
    {
        if (Count == _values.Length)
        {
            Grow(Count + 1);
        }

        _timestampsMs[Count] = timestampMs;
        _values[Count++] = value;
    }

    /// <summary>
    /// Makes room for samples that a decoder writes straight into the columns; all of them count at once.
    /// </summary>
    public void Extend(int count, out Span<long> timestampsMs, out Span<double> values)
    {
        if (Count + count > _values.Length)
        {
            Grow(Count + count);
        }

        timestampsMs = _timestampsMs.AsSpan(Count, count);
        values = _values.AsSpan(Count, count);
        Count += count;
    }

    /// <summary>Cuts the columns to the given length.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    public void Clear() => Count = 0;

    /// <summary>Removes the staleness markers, keeping the order of the rest.</summary>
    public void DropStaleMarkers()
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (SampleValue.IsStale(_values[i]))
            {
                continue;
            }

            if (kept != i)
            {
                _timestampsMs[kept] = _timestampsMs[i];
                _values[kept] = _values[i];
            }

            kept++;
        }

        Count = kept;
    }

    void Grow(int needed)
    {
        int size = Math.Max(needed, _values.Length * 2);
        Array.Resize(ref _timestampsMs, size);
        Array.Resize(ref _values, size);
    }
}
