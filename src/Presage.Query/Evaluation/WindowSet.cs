using System.Runtime.CompilerServices;
using Presage.Metrics;

namespace Presage.Query.Evaluation;

/// <summary>
/// The samples of one series and, per step, which of them lie in the step's window. What a range function works on.
/// </summary>
readonly ref struct WindowSet
{
    readonly long _firstEndMs;
    readonly long _windowStepMs;
    readonly Frame _frame;

    public WindowSet(SampleColumns columns, Windows windows, Frame frame)
        : this(columns, windows, frame, frame.WindowStarts, frame.WindowEnds)
    {
    }

    /// <summary>The same with scratch of one's own, for use on several threads.</summary>
    public WindowSet(SampleColumns columns, Windows windows, Frame frame, int[] starts, int[] ends)
    {
        TimestampsMs = columns.TimestampsMs;
        Values = columns.Values;
        Histograms = columns.Histograms;
        StartsMs = columns.StartsMs;
        RangeMs = windows.RangeMs;
        Starts = starts;
        Ends = ends;
        _firstEndMs = windows.FirstEndMs;
        _windowStepMs = windows.StepMs;
        _frame = frame;
        Slide(TimestampsMs, windows, starts, ends);
    }

    public ReadOnlySpan<long> TimestampsMs { get; }

    public ReadOnlySpan<double> Values { get; }

    /// <inheritdoc cref="SampleColumns.Histograms"/>
    public ReadOnlySpan<NativeHistogram?> Histograms { get; }

    /// <inheritdoc cref="SampleColumns.StartsMs"/>
    public ReadOnlySpan<long> StartsMs { get; }

    /// <summary>Per step, the index of the first sample inside.</summary>
    public ReadOnlySpan<int> Starts { get; }

    /// <summary>Per step, the index behind the last sample inside.</summary>
    public ReadOnlySpan<int> Ends { get; }

    public long RangeMs { get; }

    /// <summary>How far before and behind a window a sample may be that its borders are made from.</summary>
    public long LookbackMs => _frame.Run.LookbackMs;

    /// <summary>Scalar arguments, one value per step; empty where the function has none.</summary>
    public ReadOnlySpan<double> First { get; init; }

    /// <inheritdoc cref="First"/>
    public ReadOnlySpan<double> Second { get; init; }

    /// <summary>The time a step is evaluated at, whatever offset its window has.</summary>
    public long TimeMs(int step) => _frame.TimeMs(step);

    /// <summary>The right, closed border of a step's window.</summary>
    public long EndMs(int step) => _firstEndMs + (step * _windowStepMs);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Slide(ReadOnlySpan<long> times, Windows windows, int[] starts, int[] ends)
    {
        int start = 0, end = 0, startStride = 0, endStride = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            long to = windows.FirstEndMs + (i * windows.StepMs), from = to - windows.RangeMs;
            end = Advance(times, end, to, endStride);
            start = Advance(times[..end], start, from, startStride);

            endStride = i > 0 ? end - ends[i - 1] : 0;
            startStride = i > 0 ? start - starts[i - 1] : 0;
            starts[i] = start;
            ends[i] = end;
        }
    }

    /// <summary>
    /// The first sample after a time, from a position on. Samples come evenly, so it most often is as far away as the
    /// one before was.
    /// </summary>
    static int Advance(ReadOnlySpan<long> times, int at, long timeMs, int stride)
    {
        int guess = at + stride;
        if (stride > 0 && guess < times.Length && times[guess - 1] <= timeMs)
        {
            at = guess;
        }

        while (at < times.Length && times[at] <= timeMs)
        {
            at++;
        }

        return at;
    }
}
