using System.Runtime.CompilerServices;

namespace Presage.Query.Evaluation;

/// <summary>Compensated summation (Neumaier 1974), the way Prometheus sums.</summary>
static class Kahan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(double value, ref double sum, ref double compensation)
    {
        double total = sum + value;
        compensation = double.IsInfinity(total) ? 0 : compensation + Lost(sum, value, total);
        sum = total;
    }

    /// <summary>
    /// What rounding took from a sum, exactly and without a branch (Knuth's two-sum); NaN where the total overflowed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Lost(double sum, double value, double total)
    {
        double taken = total - sum;
        return sum - (total - taken) + (value - taken);
    }

    /// <summary>The sum of all values.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        if (TrySum(0, values, out double sum, out double compensation))
        {
            return sum + compensation;
        }

        sum = compensation = 0;
        foreach (double value in values)
        {
            Add(value, ref sum, ref compensation);
        }

        return double.IsInfinity(sum) ? sum : sum + compensation;
    }

    /// <summary>The mean; where the sum overflows, it is carried on as a running mean.</summary>
    public static double Mean(ReadOnlySpan<double> values)
    {
        if (TrySum(values[0], values[1..], out double sum, out double compensation))
        {
            return (sum / values.Length) + (compensation / values.Length);
        }

        sum = values[0];
        compensation = 0;
        for (int i = 1; i < values.Length; i++)
        {
            double nextSum = sum, nextCompensation = compensation;
            Add(values[i], ref nextSum, ref nextCompensation);
            if (double.IsInfinity(nextSum))
            {
                return RunningMean(values[i..], i, sum / i, compensation / i);
            }

            sum = nextSum;
            compensation = nextCompensation;
        }

        return (sum / values.Length) + (compensation / values.Length);
    }

    /// <summary>The sum of numbers that stay finite, as they nearly always do: a loop without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool TrySum(
        double first, ReadOnlySpan<double> values, out double sum, out double compensation)
    {
        double all = first, lost = 0;
        foreach (double value in values)
        {
            double total = all + value;
            lost += Lost(all, value, total);
            all = total;
        }

        sum = all;
        compensation = lost;
        return double.IsFinite(lost);
    }

    static double RunningMean(ReadOnlySpan<double> values, int count, double mean, double compensation)
    {
        foreach (double value in values)
        {
            count++;
            double share = (count - 1.0) / count;
            mean *= share;
            compensation *= share;
            Add(value / count, ref mean, ref compensation);
        }

        return mean + compensation;
    }
}
