// Hot path: filled once per series and sample of every request; no allocation once its arrays have grown to the
// traffic.
using System.Text;

namespace Presage.Metrics;

/// <summary>
/// What one request brings, as columns: series (canonical keys in one byte buffer) and their samples (timestamps and
/// values in two arrays). Decoders and collectors fill it, the store reads it, its owner clears and uses it again.
/// Not thread-safe. Fill order: <see cref="BeginSeries"/>, <see cref="AddLabel(ReadOnlySpan{byte},
/// ReadOnlySpan{byte})"/> (any order), <see cref="EndLabels"/>, then <see cref="AddSample"/>.
/// </summary>
public sealed class SampleBatch
{
    const int HashedAtOnce = 32;

    byte[] _keys = new byte[4096];
    int _keysLength;
    BatchSeries[] _series = new BatchSeries[64];
    long[] _timestampsMs = new long[256];
    double[] _values = new double[256];
    LabelRange[] _pending = new LabelRange[32];
    int _pendingCount;
    byte[] _scratch = new byte[512];
    int _scratchLength;
    int _hashed;

    public int SeriesCount { get; private set; }

    public int SampleCount { get; private set; }

    public ReadOnlySpan<BatchSeries> Series
    {
        get
        {
            if (_hashed < SeriesCount)
            {
                HashRest();
            }

            return _series.AsSpan(0, SeriesCount);
        }
    }

    public ReadOnlySpan<long> TimestampsMs => _timestampsMs.AsSpan(0, SampleCount);

    public ReadOnlySpan<double> Values => _values.AsSpan(0, SampleCount);

    /// <summary>The canonical key of a series of this batch.</summary>
    public ReadOnlySpan<byte> KeyOf(in BatchSeries series) => _keys.AsSpan(series.KeyOffset, series.KeyLength);

    /// <summary>Starts a series; the labels follow.</summary>
    public void BeginSeries()
    {
        _pendingCount = 0;
        _scratchLength = 0;
    }

    /// <summary>Adds a label of the series begun, in any order; a label with an empty value is dropped.</summary>
    public void AddLabel(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return;
        }

        if (_pendingCount == _pending.Length)
        {
            Array.Resize(ref _pending, _pending.Length * 2);
        }

        int needed = _scratchLength + name.Length + value.Length;
        if (needed > _scratch.Length)
        {
            Array.Resize(ref _scratch, Math.Max(needed, _scratch.Length * 2));
        }

        name.CopyTo(_scratch.AsSpan(_scratchLength));
        value.CopyTo(_scratch.AsSpan(_scratchLength + name.Length));
        _pending[_pendingCount++] = new LabelRange(_scratchLength, name.Length, value.Length);
        _scratchLength = needed;
    }

    /// <summary>Adds a label given as text.</summary>
    public void AddLabel(string name, string value)
    {
        Span<byte> bytes = stackalloc byte[512];
        int nameLength = Encoding.UTF8.GetByteCount(name), valueLength = Encoding.UTF8.GetByteCount(value);
        if (nameLength + valueLength > bytes.Length)
        {
            bytes = new byte[nameLength + valueLength];
        }

        Encoding.UTF8.GetBytes(name, bytes);
        Encoding.UTF8.GetBytes(value, bytes[nameLength..]);
        AddLabel(bytes[..nameLength], bytes.Slice(nameLength, valueLength));
    }

    /// <summary>
    /// Ends the labels: writes the canonical key. False, and no series, when a name stands twice or none was given.
    /// </summary>
    public bool EndLabels()
    {
        if (_pendingCount == 0 || !SortPending())
        {
            return false;
        }

        EnsureKeys(_scratchLength + (_pendingCount * 10));
        int start = _keysLength;
        for (int i = 0; i < _pendingCount; i++)
        {
            var label = _pending[i];
            AppendText(_scratch.AsSpan(label.Offset, label.NameLength));
            AppendText(_scratch.AsSpan(label.Offset + label.NameLength, label.ValueLength));
        }

        AppendSeries(start);
        return true;
    }

    /// <summary>Adds a series by a canonical key made before (collectors keep theirs).</summary>
    public void AddSeries(ReadOnlySpan<byte> key)
    {
        EnsureKeys(key.Length);
        int start = _keysLength;
        key.CopyTo(_keys.AsSpan(start));
        _keysLength += key.Length;
        AppendSeries(start);
    }

    /// <summary>
    /// Room for the canonical key of the next series, which a decoder writes in place; <see cref="AddReserved"/> then
    /// adds the series. What is not added is forgotten.
    /// </summary>
    public Span<byte> ReserveKey(int bytes)
    {
        EnsureKeys(bytes);
        return _keys.AsSpan(_keysLength, bytes);
    }

    /// <summary>Adds the series whose key was written into the room reserved last.</summary>
    public void AddReserved(int keyLength)
    {
        int start = _keysLength;
        _keysLength += keyLength;
        AppendSeries(start);
    }

    /// <summary>Adds a sample to the last series.</summary>
    public void AddSample(long timestampMs, double value)
    {
        int at = SampleCount;
        long[] times = _timestampsMs;
        double[] values = _values;
        if ((uint)at >= (uint)times.Length || (uint)at >= (uint)values.Length)
        {
            (times, values) = GrowSamples();
        }

        times[at] = timestampMs;
        values[at] = value;
        SampleCount = at + 1;
        _series[SeriesCount - 1].SampleCount++;
    }

    /// <summary>Takes the last series back, with its samples: the decoder found it invalid.</summary>
    public void DropLastSeries()
    {
        ref var last = ref _series[SeriesCount - 1];
        SampleCount -= last.SampleCount;
        _keysLength = last.KeyOffset;
        SeriesCount--;
        _hashed = Math.Min(_hashed, SeriesCount);
    }

    /// <summary>Empties the batch; its arrays stay.</summary>
    public void Clear()
    {
        SeriesCount = 0;
        SampleCount = 0;
        _hashed = 0;
        _keysLength = 0;
        _pendingCount = 0;
        _scratchLength = 0;
    }

    void AppendSeries(int keyOffset)
    {
        if (SeriesCount == _series.Length)
        {
            Array.Resize(ref _series, _series.Length * 2);
        }

        ref var series = ref _series[SeriesCount++];
        series.KeyOffset = keyOffset;
        series.KeyLength = _keysLength - keyOffset;
        series.FirstSample = SampleCount;
        series.SampleCount = 0;
        if (SeriesCount - _hashed >= HashedAtOnce)
        {
            HashRest();
        }
    }

    /// <summary>
    /// Hashes the keys not hashed yet, some at once: a key just written is still on its way to the cache, and reading
    /// it would wait for that.
    /// </summary>
    void HashRest()
    {
        for (; _hashed < SeriesCount; _hashed++)
        {
            ref var series = ref _series[_hashed];
            series.Fingerprint = SeriesFingerprint.Of(_keys.AsSpan(series.KeyOffset, series.KeyLength));
        }
    }

    (long[] Times, double[] Values) GrowSamples()
    {
        Array.Resize(ref _timestampsMs, _timestampsMs.Length * 2);
        Array.Resize(ref _values, _values.Length * 2);
        return (_timestampsMs, _values);
    }

    void EnsureKeys(int more)
    {
        if (_keysLength + more > _keys.Length)
        {
            Array.Resize(ref _keys, Math.Max(_keysLength + more, _keys.Length * 2));
        }
    }

    void AppendText(ReadOnlySpan<byte> text)
    {
        _keysLength += SeriesKey.WriteLength(_keys.AsSpan(_keysLength), text.Length);
        text.CopyTo(_keys.AsSpan(_keysLength));
        _keysLength += text.Length;
    }

    /// <summary>
    /// Insertion sort: senders sort already, so this is one pass of comparisons. False when a name stands twice.
    /// </summary>
    bool SortPending()
    {
        for (int i = 1; i < _pendingCount; i++)
        {
            var moving = _pending[i];
            var name = _scratch.AsSpan(moving.Offset, moving.NameLength);
            int at = i;
            while (at > 0)
            {
                var before = _pending[at - 1];
                int order = _scratch.AsSpan(before.Offset, before.NameLength).SequenceCompareTo(name);
                if (order == 0)
                {
                    return false;
                }

                if (order < 0)
                {
                    break;
                }

                _pending[at] = before;
                at--;
            }

            _pending[at] = moving;
        }

        return true;
    }

    readonly record struct LabelRange(int Offset, int NameLength, int ValueLength);
}
