using System.Diagnostics;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Samples of one series that came after newer ones: few, uncompressed, ascending. A full run becomes chunks,
/// which may overlap others; readers and the flush put them in order.
/// </summary>
struct LateRun
{
    /// <summary>Half a KB: late samples seldom come alone, and a series late as a whole stays small.</summary>
    public const int SamplesMax = 32;

    const int SamplesAtFirst = 4;

    (long TimestampMs, double Value)[]? _samples;

    public int Count { get; private set; }

    public readonly bool IsFull => Count == SamplesMax;

    public readonly long FirstMs => _samples![0].TimestampMs;

    public readonly long LastMs => _samples![Count - 1].TimestampMs;

    /// <summary>The samples, ascending.</summary>
    public readonly ReadOnlySpan<(long TimestampMs, double Value)> Samples => _samples.AsSpan(0, Count);

    /// <summary>Memory of a run with that many samples.</summary>
    public static int BytesOf(int count) => count == 0 ? 0 : 24 + (16 * Capacity(count));

    /// <summary>Puts a sample in its place; one of the same timestamp meets it by its value.</summary>
    public AppendResult Add(long timestampMs, double value)
    {
        int at = Count;
        while (at > 0 && _samples![at - 1].TimestampMs >= timestampMs)
        {
            at--;
        }

        if (at < Count && _samples![at].TimestampMs == timestampMs)
        {
            ref double stored = ref _samples[at].Value;
            if (BitConverter.DoubleToInt64Bits(stored) == BitConverter.DoubleToInt64Bits(value))
            {
                return AppendResult.Duplicate;
            }

            stored = SampleValue.Beats(value, stored) ? value : stored;
            return AppendResult.Conflicting;
        }

        Debug.Assert(Count < SamplesMax, "A full run is closed first.");
        if (_samples is null || Count == _samples.Length)
        {
            Array.Resize(ref _samples, Capacity(Count + 1));
        }

        Array.Copy(_samples, at, _samples, at + 1, Count - at);
        _samples[at] = (timestampMs, value);
        Count++;
        return AppendResult.Late;
    }

    /// <summary>Copies the run where it overlaps a range.</summary>
    public readonly void CopyTo(long fromMs, long toMs, ChunkCopies copies)
    {
        if (FirstMs > toMs || LastMs < fromMs)
        {
            return;
        }

        Span<long> times = stackalloc long[SamplesMax];
        Span<double> values = stackalloc double[SamplesMax];
        for (int i = 0; i < Count; i++)
        {
            (times[i], values[i]) = _samples![i];
        }

        var place = copies.Add(Count, 0, FirstMs, LastMs);
        place.Time(TimeColumn.Write(times[..Count], place.TimeRoom));
        place.Values(0);
        place.Tail(values[..Count]);
    }

    static int Capacity(int count) =>
        Math.Max(SamplesAtFirst, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
}
