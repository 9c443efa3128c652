namespace Presage.Metrics;

/// <summary>Growing columns of one series' samples, reused from series to series by a query.</summary>
public sealed class SampleColumns
{
    const int CapacityUsual = 256;
    const int CapacityMin = 4;

    long[] _timestampsMs;
    double[] _values;
    NativeHistogram?[]? _histograms;
    long[]? _startsMs;

    /// <param name="capacity">Room for this many samples at first; they grow as needed.</param>
    public SampleColumns(int capacity = CapacityUsual)
    {
        _timestampsMs = capacity == 0 ? [] : new long[capacity];
        _values = capacity == 0 ? [] : new double[capacity];
    }

    public int Count { get; private set; }

    public ReadOnlySpan<long> TimestampsMs => _timestampsMs.AsSpan(0, Count);

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>
    /// Of a series with native histograms, the histogram of each sample, null where it is a number; else empty. The
    /// value of a histogram sample is <see cref="SampleValue.HistogramMark"/>.
    /// </summary>
    public ReadOnlySpan<NativeHistogram?> Histograms => _histograms is null ? [] : _histograms.AsSpan(0, Count);

    public bool HasHistograms => _histograms is not null;

    /// <summary>
    /// Of a series that knows since when its counts count, that time for each sample, 0 where it is unknown; else
    /// empty.
    /// </summary>
    public ReadOnlySpan<long> StartsMs => _startsMs is null ? [] : _startsMs.AsSpan(0, Count);

    public bool HasStarts => _startsMs is not null;

    /// <summary>Sets since when the sample added last counts.</summary>
    public void SetStart(long startMs)
    {
        _startsMs ??= new long[_values.Length];
        _startsMs[Count - 1] = startMs;
    }

    public void AddHistogram(long timestampMs, NativeHistogram histogram)
    {
        Add(timestampMs, SampleValue.HistogramMark);
        _histograms ??= new NativeHistogram?[_values.Length];
        _histograms[Count - 1] = histogram;
    }

    /// <summary>Puts another histogram in the place of one.</summary>
    public void ReplaceHistogram(int at, NativeHistogram histogram) => _histograms![at] = histogram;

    public void Add(long timestampMs, double value)
    {
        if (Count == _values.Length)
        {
            Grow(Count + 1);
        }

        _timestampsMs[Count] = timestampMs;
        if (_histograms is not null)
        {
            _histograms[Count] = null;
        }

        if (_startsMs is not null)
        {
            _startsMs[Count] = 0;
        }

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
        _histograms?.AsSpan(Count, count).Clear();
        _startsMs?.AsSpan(Count, count).Clear();
        Count += count;
    }

    /// <summary>Cuts the columns to the given length.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    /// <summary>Leaves, of the samples from a place on, the last one.</summary>
    public void KeepNewest(int start)
    {
        if (Count <= start + 1)
        {
            return;
        }

        _timestampsMs[start] = _timestampsMs[Count - 1];
        _values[start] = _values[Count - 1];
        if (_histograms is not null)
        {
            _histograms[start] = _histograms[Count - 1];
        }

        if (_startsMs is not null)
        {
            _startsMs[start] = _startsMs[Count - 1];
        }

        Count = start + 1;
    }

    public void Clear()
    {
        Count = 0;
        _histograms = null;
        _startsMs = null;
    }

    /// <summary>Empties the columns and keeps room for no more than this many samples.</summary>
    public void ClearTo(int capacityMax)
    {
        Clear();
        if (_values.Length > capacityMax)
        {
            _timestampsMs = [];
            _values = [];
        }
    }

    /// <summary>Removes the staleness markers, keeping the order of the rest.</summary>
    public void DropStaleMarkers()
    {
        // Most series have none: one vectorised look tells.
        var bits = System.Runtime.InteropServices.MemoryMarshal.Cast<double, long>(_values.AsSpan(0, Count));
        int first = bits.IndexOf(SampleValue.StaleMarkerBits);
        if (first < 0)
        {
            return;
        }

        int kept = first;
        for (int i = first; i < Count; i++)
        {
            if (SampleValue.IsStale(_values[i]))
            {
                continue;
            }

            if (kept != i)
            {
                _timestampsMs[kept] = _timestampsMs[i];
                _values[kept] = _values[i];
                if (_histograms is not null)
                {
                    _histograms[kept] = _histograms[i];
                }

                if (_startsMs is not null)
                {
                    _startsMs[kept] = _startsMs[i];
                }
            }

            kept++;
        }

        Count = kept;
    }

    void Grow(int needed)
    {
        int size = Math.Max(needed, Math.Max(CapacityMin, _values.Length * 2));
        Array.Resize(ref _timestampsMs, size);
        Array.Resize(ref _values, size);
        if (_histograms is not null)
        {
            Array.Resize(ref _histograms, size);
        }

        if (_startsMs is not null)
        {
            Array.Resize(ref _startsMs, size);
        }
    }
}
