// Hot path: windows that hardly overlap are folded one by one; others slide, linear in the samples.
using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>Functions that fold a window of samples into one value.</summary>
static class OverTimeKernels
{
    /// <summary>
    /// How often a sample is in a window, on average, from which on sliding is cheaper than folding anew.
    /// </summary>
    const int OverlapMin = 8;

    /// <summary>Sums of values up to this size cannot overflow, whatever is left out or put in.</summary>
    const double TameMax = 1e290;

    delegate double Fold(ReadOnlySpan<double> window);

    public static void Average(in WindowSet w, Span<double> result)
    {
        if (Overlaps(w) && IsTame(w.Values))
        {
            SlidingFold<MeanState, MeanFold>.Run(w, result);
            return;
        }

        Each(w, result, Kahan.Mean);
    }

    public static void Sum(in WindowSet w, Span<double> result)
    {
        if (Overlaps(w) && IsTame(w.Values))
        {
            SlidingFold<SumState, SumFold>.Run(w, result);
            return;
        }

        Each(w, result, Kahan.Sum);
    }

    public static void Minimum(in WindowSet w, Span<double> result)
    {
        if (Overlaps(w))
        {
            SlidingFold<double, LeastFold>.Run(w, result);
            return;
        }

        Each(w, result, Least);
    }

    public static void Maximum(in WindowSet w, Span<double> result)
    {
        if (Overlaps(w))
        {
            SlidingFold<double, GreatestFold>.Run(w, result);
            return;
        }

        Each(w, result, Greatest);
    }

    public static void Count(in WindowSet w, Span<double> result) => Each(w, result, static v => v.Length);

    public static void First(in WindowSet w, Span<double> result) => Each(w, result, static v => v[0]);

    public static void Last(in WindowSet w, Span<double> result) => Each(w, result, static v => v[^1]);

    public static void Present(in WindowSet w, Span<double> result) => Each(w, result, static _ => 1);

    public static void Variance(in WindowSet w, Span<double> result)
    {
        if (Overlaps(w) && IsTame(w.Values))
        {
            SlidingFold<SpreadState, VarianceFold>.Run(w, result);
            return;
        }

        Each(w, result, VarianceOf);
    }

    public static void Deviation(in WindowSet w, Span<double> result)
    {
        Variance(w, result);
        foreach (ref double value in result)
        {
            value = Point.IsAbsent(value) ? value : Math.Sqrt(value);
        }
    }

    public static void MedianDeviation(in WindowSet w, Span<double> result) => Each(w, result, MedianDeviationOf);

    public static void Changes(in WindowSet w, Span<double> result) => CountPairs(w, result, static (before, now) =>
        before != now && !(double.IsNaN(before) && double.IsNaN(now)));

    public static void Resets(in WindowSet w, Span<double> result) =>
        CountPairs(w, result, static (before, now) => now < before);

    public static void FirstTime(in WindowSet w, Span<double> result) => EachTime(w, result, static _ => 0);

    public static void LastTime(in WindowSet w, Span<double> result) => EachTime(w, result, static v => v.Length - 1);

    public static void MinimumTime(in WindowSet w, Span<double> result) => EachTime(w, result, static v =>
        LastWhere(v, static (now, best) => now <= best));

    public static void MaximumTime(in WindowSet w, Span<double> result) => EachTime(w, result, static v =>
        LastWhere(v, static (now, best) => now >= best));

    public static void Quantile(in WindowSet w, Span<double> result)
    {
        var sorted = new SortedWindow();
        for (int i = 0; i < result.Length; i++)
        {
            sorted.MoveTo(w.Values, w.Starts[i], w.Ends[i]);
            result[i] = sorted.Count == 0 ? Point.Absent : Quantiles.OfSorted(w.First[i], sorted.Values);
        }
    }

    static void Each(in WindowSet w, Span<double> result, Fold fold)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int start = w.Starts[i], end = w.Ends[i];
            result[i] = end > start ? fold(w.Values[start..end]) : Point.Absent;
        }
    }

    static void EachTime(in WindowSet w, Span<double> result, Func<ReadOnlySpan<double>, int> choose)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int start = w.Starts[i], end = w.Ends[i];
            result[i] = end > start ? w.TimestampsMs[start + choose(w.Values[start..end])] / 1000.0 : Point.Absent;
        }
    }

    static double Least(ReadOnlySpan<double> values)
    {
        double least = values[0];
        foreach (double value in values)
        {
            least = value < least || double.IsNaN(least) ? value : least;
        }

        return least;
    }

    static double Greatest(ReadOnlySpan<double> values)
    {
        double greatest = values[0];
        foreach (double value in values)
        {
            greatest = value > greatest || double.IsNaN(greatest) ? value : greatest;
        }

        return greatest;
    }

    static double VarianceOf(ReadOnlySpan<double> values)
    {
        double count = 0, mean = 0, meanRest = 0, squares = 0, squaresRest = 0;
        foreach (double value in values)
        {
            count++;
            double delta = value - (mean + meanRest);
            Kahan.Add(delta / count, ref mean, ref meanRest);
            Kahan.Add(delta * (value - (mean + meanRest)), ref squares, ref squaresRest);
        }

        return (squares + squaresRest) / count;
    }

    static double MedianDeviationOf(ReadOnlySpan<double> values)
    {
        double[] scratch = values.ToArray();
        double median = Quantiles.Of(0.5, scratch);
        for (int i = 0; i < scratch.Length; i++)
        {
            scratch[i] = Math.Abs(scratch[i] - median);
        }

        return Quantiles.Of(0.5, scratch);
    }

    /// <summary>
    /// Counts neighbours that satisfy a condition; a running count makes each window one subtraction.
    /// </summary>
    static void CountPairs(in WindowSet w, Span<double> result, Func<double, double, bool> counts)
    {
        var values = w.Values;
        int[] running = new int[values.Length];
        for (int i = 1; i < values.Length; i++)
        {
            running[i] = running[i - 1] + (counts(values[i - 1], values[i]) ? 1 : 0);
        }

        for (int i = 0; i < result.Length; i++)
        {
            int start = w.Starts[i], end = w.Ends[i];
            result[i] = end > start ? running[end - 1] - running[start] : Point.Absent;
        }
    }

    static bool Overlaps(in WindowSet w)
    {
        long inside = 0;
        for (int i = 0; i < w.Starts.Length; i++)
        {
            inside += w.Ends[i] - w.Starts[i];
        }

        return inside > (long)OverlapMin * w.Values.Length;
    }

    static bool IsTame(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!(Math.Abs(value) <= TameMax))
            {
                return false;
            }
        }

        return true;
    }

    static int LastWhere(ReadOnlySpan<double> values, Func<double, double, bool> better)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = better(values[i], values[best]) || double.IsNaN(values[best]) ? i : best;
        }

        return best;
    }
}
