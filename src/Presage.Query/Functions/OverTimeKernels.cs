// Hot path: per step of a series one pass over the window; no allocation.
using Presage.Query.Evaluation;

namespace Presage.Query.Functions;

/// <summary>Functions that fold a window of samples into one value.</summary>
static class OverTimeKernels
{
    delegate double Fold(ReadOnlySpan<double> window);

    public static void Average(in WindowSet w, Span<double> result) => Each(w, result, Kahan.Mean);

    public static void Sum(in WindowSet w, Span<double> result) => Each(w, result, Kahan.Sum);

    public static void Minimum(in WindowSet w, Span<double> result) => Each(w, result, Least);

    public static void Maximum(in WindowSet w, Span<double> result) => Each(w, result, Greatest);

    public static void Count(in WindowSet w, Span<double> result) => Each(w, result, static v => v.Length);

    public static void First(in WindowSet w, Span<double> result) => Each(w, result, static v => v[0]);

    public static void Last(in WindowSet w, Span<double> result) => Each(w, result, static v => v[^1]);

    public static void Present(in WindowSet w, Span<double> result) => Each(w, result, static _ => 1);

    public static void Variance(in WindowSet w, Span<double> result) => Each(w, result, VarianceOf);

    public static void Deviation(in WindowSet w, Span<double> result) =>
        Each(w, result, static v => Math.Sqrt(VarianceOf(v)));

    public static void MedianDeviation(in WindowSet w, Span<double> result) => Each(w, result, MedianDeviationOf);

    public static void Changes(in WindowSet w, Span<double> result) => Each(w, result, ChangesOf);

    public static void Resets(in WindowSet w, Span<double> result) => Each(w, result, ResetsOf);

    public static void FirstTime(in WindowSet w, Span<double> result) => EachTime(w, result, static _ => 0);

    public static void LastTime(in WindowSet w, Span<double> result) => EachTime(w, result, static v => v.Length - 1);

    public static void MinimumTime(in WindowSet w, Span<double> result) => EachTime(w, result, static v =>
        LastWhere(v, static (now, best) => now <= best));

    public static void MaximumTime(in WindowSet w, Span<double> result) => EachTime(w, result, static v =>
        LastWhere(v, static (now, best) => now >= best));

    public static void Quantile(in WindowSet w, Span<double> result)
    {
        double[] scratch = [];
        for (int i = 0; i < result.Length; i++)
        {
            var window = w.Values[w.Starts[i]..w.Ends[i]];
            if (window.IsEmpty)
            {
                result[i] = Point.Absent;
                continue;
            }

            scratch = scratch.Length < window.Length ? new double[Math.Max(64, window.Length * 2)] : scratch;
            window.CopyTo(scratch);
            result[i] = Quantiles.Of(w.First[i], scratch.AsSpan(0, window.Length));
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

    static double ChangesOf(ReadOnlySpan<double> values)
    {
        int changes = 0;
        for (int i = 1; i < values.Length; i++)
        {
            bool bothNaN = double.IsNaN(values[i]) && double.IsNaN(values[i - 1]);
            changes += values[i] != values[i - 1] && !bothNaN ? 1 : 0;
        }

        return changes;
    }

    static double ResetsOf(ReadOnlySpan<double> values)
    {
        int resets = 0;
        for (int i = 1; i < values.Length; i++)
        {
            resets += values[i] < values[i - 1] ? 1 : 0;
        }

        return resets;
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
