using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Chunks of one series may overlap (blocks of one hour, a block and the head, late samples beside those that came in
/// time): puts their samples in order, one for each timestamp. Which one, <see cref="SampleValue.Beats"/> says, so the
/// order in which they were read does not matter.
/// </summary>
static class SampleOrder
{
    /// <summary>Sorts the samples from a position on by time and leaves one for each timestamp.</summary>
    public static void Restore(SampleColumns columns, int start)
    {
        var times = columns.TimestampsMs[start..];
        int runs = CountRuns(times);
        if (runs <= 1)
        {
            return;
        }

        int[] ends = ArrayPool<int>.Shared.Rent(runs);
        FindRuns(times, ends);
        columns.Truncate(start);
        columns.Extend(times.Length, out var sortedTimes, out var sortedValues);
        int kept = MergeRuns(sortedTimes, sortedValues, ends.AsSpan(0, runs));
        ArrayPool<int>.Shared.Return(ends);
        columns.Truncate(start + kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int CountRuns(ReadOnlySpan<long> times)
    {
        int runs = times.IsEmpty ? 0 : 1, i = 1;
        for (; i <= times.Length - Vector<long>.Count; i += Vector<long>.Count)
        {
            // Several pairs at once: the order is broken at few places, if at all.
            if (Vector.LessThanOrEqualAny(new Vector<long>(times[i..]), new Vector<long>(times[(i - 1)..])))
            {
                for (int j = i; j < i + Vector<long>.Count; j++)
                {
                    runs += times[j] <= times[j - 1] ? 1 : 0;
                }
            }
        }

        for (; i < times.Length; i++)
        {
            runs += times[i] <= times[i - 1] ? 1 : 0;
        }

        return runs;
    }

    static void FindRuns(ReadOnlySpan<long> times, int[] ends)
    {
        int run = 0;
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i] <= times[i - 1])
            {
                ends[run++] = i;
            }
        }

        ends[run] = times.Length;
    }

    /// <summary>Merges neighbouring runs until one is left; returns its length.</summary>
    static int MergeRuns(Span<long> times, Span<double> values, Span<int> ends)
    {
        long[] timesRented = ArrayPool<long>.Shared.Rent(times.Length);
        double[] valuesRented = ArrayPool<double>.Shared.Rent(times.Length);
        var fromTimes = times;
        var fromValues = values;
        Span<long> toTimes = timesRented;
        Span<double> toValues = valuesRented;
        bool swapped = false;
        while (ends.Length > 1)
        {
            int begin = 0, length = 0, merged = 0;
            for (int run = 0; run < ends.Length; run += 2)
            {
                int middle = ends[run], end = run + 1 < ends.Length ? ends[run + 1] : middle;
                length = Merge(fromTimes, fromValues, begin, middle, end, toTimes, toValues, length);
                begin = end;
                ends[merged++] = length;
            }

            ends = ends[..merged];
            var spareTimes = fromTimes;
            var spareValues = fromValues;
            fromTimes = toTimes;
            fromValues = toValues;
            toTimes = spareTimes;
            toValues = spareValues;
            swapped = !swapped;
        }

        int kept = ends[0];
        if (swapped)
        {
            fromTimes[..kept].CopyTo(times);
            fromValues[..kept].CopyTo(values);
        }

        ArrayPool<long>.Shared.Return(timesRented);
        ArrayPool<double>.Shared.Return(valuesRented);
        return kept;
    }

    /// <summary>Merges two neighbouring runs to a position; returns the position behind them.</summary>
    static int Merge(
        ReadOnlySpan<long> times, ReadOnlySpan<double> values, int left, int middle, int end, Span<long> toTimes,
        Span<double> toValues, int at)
    {
        int right = middle;
        while (left < middle && right < end)
        {
            int difference = times[left].CompareTo(times[right]);
            int from = difference <= 0 ? left : right;
            if (difference == 0 && SampleValue.Beats(values[right], values[left]))
            {
                from = right;
            }

            toTimes[at] = times[from];
            toValues[at++] = values[from];
            left += difference <= 0 ? 1 : 0;
            right += difference >= 0 ? 1 : 0;
        }

        (int rest, int restEnd) = left < middle ? (left, middle) : (right, end);
        times[rest..restEnd].CopyTo(toTimes[at..]);
        values[rest..restEnd].CopyTo(toValues[at..]);
        return at + restEnd - rest;
    }
}
