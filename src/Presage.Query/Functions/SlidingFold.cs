// Hot path: per sample one lift and at most two combinations, however wide the windows are.
using System.Runtime.CompilerServices;
using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>How samples fold: an associative combination of states.</summary>
interface IFold<TState>
    where TState : struct
{
    static abstract TState Of(double value);

    static abstract TState Combine(in TState left, in TState right);

    static abstract double Result(in TState state);
}

/// <summary>
/// Folds overlapping windows in linear time by the two-stack method: the window is cut at a pivot, folds from each
/// sample
/// up to the pivot are kept, and the samples behind the pivot are folded as they enter. Nothing is ever subtracted,
/// so the
/// result is as exact as folding each window anew.
/// </summary>
static class SlidingFold<TState, TFold>
    where TState : struct
    where TFold : IFold<TState>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in WindowSet w, Span<double> result)
    {
        var suffixes = new TState[Math.Max(1, WidestWindow(w))];
        int pivot = 0, suffixBase = 0, entered = 0;
        bool anyBehind = false;
        TState behind = default;
        for (int i = 0; i < result.Length; i++)
        {
            int start = w.Starts[i], end = w.Ends[i];
            if (end <= start)
            {
                result[i] = Point.Absent;
                continue;
            }

            if (start >= pivot)
            {
                // All of the old window is gone: the new pivot is the window's end.
                pivot = end;
                suffixBase = start;
                entered = end;
                anyBehind = false;
                FoldSuffixes(w.Values[start..end], suffixes);
            }

            for (; entered < end; entered++)
            {
                var one = TFold.Of(w.Values[entered]);
                behind = anyBehind ? TFold.Combine(behind, one) : one;
                anyBehind = true;
            }

            var front = suffixes[start - suffixBase];
            result[i] = TFold.Result(anyBehind ? TFold.Combine(front, behind) : front);
        }
    }

    static void FoldSuffixes(ReadOnlySpan<double> values, TState[] suffixes)
    {
        var fold = TFold.Of(values[^1]);
        suffixes[values.Length - 1] = fold;
        for (int i = values.Length - 2; i >= 0; i--)
        {
            fold = TFold.Combine(TFold.Of(values[i]), fold);
            suffixes[i] = fold;
        }
    }

    static int WidestWindow(in WindowSet w)
    {
        int widest = 0;
        for (int i = 0; i < w.Starts.Length; i++)
        {
            widest = Math.Max(widest, w.Ends[i] - w.Starts[i]);
        }

        return widest;
    }
}
