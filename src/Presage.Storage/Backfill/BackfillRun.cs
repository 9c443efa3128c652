using System.Text;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Some million samples of a backfill in any order, held until they are sorted and written as one block a day. Memory
/// is bounded by <see cref="IsFull"/>.
/// </summary>
sealed class BackfillRun
{
    /// <summary>Samples held: 20 bytes each, and as much again while they are sorted.</summary>
    const int SamplesMax = 2_000_000;

    const int KeyBytesMax = 64 << 20;

    const long DayMs = 86_400_000;

    readonly Dictionary<ulong, int> _byHash = [];
    readonly List<(byte[] Key, string Host)> _series = [];
    readonly SampleColumns _one = new();
    int[] _seriesOf = new int[4096];
    long[] _timestampsMs = new long[4096];
    double[] _values = new double[4096];
    int _keyBytes;

    public int Count { get; private set; }

    /// <summary>Whether it is to be written now.</summary>
    public bool IsFull => Count >= SamplesMax || _keyBytes >= KeyBytesMax;

    /// <summary>The number of a series in this run.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        ulong hash = SeriesKey.Hash(key);
        while (_byHash.TryGetValue(hash, out int known))
        {
            if (_series[known].Key.AsSpan().SequenceEqual(key))
            {
                return known;
            }

            hash++;
        }

        _byHash.Add(hash, _series.Count);
        _series.Add((key.ToArray(), Encoding.UTF8.GetString(SeriesKey.HostOf(key))));
        _keyBytes += key.Length;
        return _series.Count - 1;
    }

    public void Add(int series, long timestampMs, double value)
    {
        if (Count == _values.Length)
        {
            int size = Math.Min(Count * 2, SamplesMax + (1 << 16));
            size = Math.Max(size, Count + 1);
            Array.Resize(ref _seriesOf, size);
            Array.Resize(ref _timestampsMs, size);
            Array.Resize(ref _values, size);
        }

        _seriesOf[Count] = series;
        _timestampsMs[Count] = timestampMs;
        _values[Count++] = value;
    }

    /// <summary>Writes a block a day, complete under temporary names, and empties the run.</summary>
    /// <exception cref="IOException">The disk is full or broken: the run is as it was.</exception>
    public void Write(Disk disk, BlockList list, List<BackfillPiece> pieces)
    {
        int[] order = SortedSeries();
        var (starts, times, values) = BySeries();
        var days = new SortedSet<long>();
        int[] lengths = new int[_series.Count];
        for (int series = 0; series < lengths.Length; series++)
        {
            lengths[series] = Tidy(times, values, starts[series], starts[series + 1], days);
        }

        var written = new List<BackfillPiece>();
        try
        {
            foreach (long dayMs in days)
            {
                written.Add(WriteDay(disk, list, dayMs, order, starts, lengths, times, values));
            }
        }
        catch (IOException)
        {
            written.ForEach(piece => piece.Delete(disk));
            throw;
        }

        pieces.AddRange(written);
        Clear();
    }

    BackfillPiece WriteDay(
        Disk disk, BlockList list, long dayMs, int[] order, int[] starts, int[] lengths, long[] times, double[] values)
    {
        using var writer = new BlockWriter(list.NextPath(dayMs), disk);
        foreach (int series in order)
        {
            var itsTimes = times.AsSpan(starts[series], lengths[series]);
            int from = SampleRanges.FirstAtOrAfter(itsTimes, dayMs);
            int to = SampleRanges.FirstAtOrAfter(itsTimes, dayMs + DayMs);
            if (to > from)
            {
                var (key, host) = _series[series];
                writer.BeginSeries(host, key);
                ChunkEncoder.Write(itsTimes[from..to], values.AsSpan(starts[series] + from, to - from), writer);
                writer.EndSeries();
            }
        }

        writer.CompleteTemporary(dayMs, dayMs + DayMs, coveredSegment: 0);
        return new BackfillPiece(dayMs, writer.Path);
    }

    int[] SortedSeries()
    {
        int[] order = new int[_series.Count];
        byte[][] hosts = new byte[order.Length][];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            hosts[i] = Encoding.UTF8.GetBytes(_series[i].Host);
        }

        Array.Sort(order, (a, b) =>
        {
            int byHost = hosts[a].AsSpan().SequenceCompareTo(hosts[b]);
            return byHost != 0 ? byHost : _series[a].Key.AsSpan().SequenceCompareTo(_series[b].Key);
        });
        return order;
    }

    /// <summary>The samples series by series, in the order they came.</summary>
    (int[] Starts, long[] Times, double[] Values) BySeries()
    {
        int[] starts = new int[_series.Count + 1];
        for (int i = 0; i < Count; i++)
        {
            starts[_seriesOf[i] + 1]++;
        }

        for (int i = 0; i < _series.Count; i++)
        {
            starts[i + 1] += starts[i];
        }

        int[] next = starts[..^1];
        long[] times = new long[Count];
        double[] values = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            int at = next[_seriesOf[i]]++;
            times[at] = _timestampsMs[i];
            values[at] = _values[i];
        }

        return (starts, times, values);
    }

    /// <summary>Puts one series' samples in order and joins equal timestamps; returns how many are left.</summary>
    int Tidy(long[] times, double[] values, int from, int to, SortedSet<long> days)
    {
        _one.Clear();
        _one.Extend(to - from, out var targetTimes, out var targetValues);
        times.AsSpan(from, to - from).CopyTo(targetTimes);
        values.AsSpan(from, to - from).CopyTo(targetValues);
        SampleOrder.Restore(_one, 0);
        _one.TimestampsMs.CopyTo(times.AsSpan(from));
        _one.Values.CopyTo(values.AsSpan(from));
        long dayMs = long.MinValue;
        foreach (long timestampMs in _one.TimestampsMs)
        {
            if (dayMs == long.MinValue || timestampMs < dayMs || timestampMs >= dayMs + DayMs)
            {
                dayMs = DayOf(timestampMs);
                days.Add(dayMs);
            }
        }

        return _one.Count;
    }

    void Clear()
    {
        _byHash.Clear();
        _series.Clear();
        _keyBytes = 0;
        Count = 0;
    }

    static long DayOf(long timestampMs)
    {
        long into = timestampMs % DayMs;
        return timestampMs - (into < 0 ? into + DayMs : into);
    }
}
