using System.Runtime.CompilerServices;

namespace Presage.Query.Evaluation;

/// <summary>Compensated summation (Neumaier 1974), the way Prometheus sums.</summary>
static class Kahan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(double value, ref double sum, ref double compensation)
    {
        double total = sum + value;
        if (double.IsInfinity(total))
        {
            compensation = 0;
        }
        else if (Math.Abs(sum) >= Math.Abs(value))
        {
            compensation += sum - total + value;
        }
        else
        {
            compensation += value - total + sum;
        }

        sum = total;
    }

    /// <summary>The sum of all values.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0, compensation = 0;
        foreach (double value in values)
        {
            Add(value, ref sum, ref compensation);
        }

        return double.IsInfinity(sum) ? sum : sum + compensation;
    }

    /// <summary>The mean; where the sum overflows, it is carried on as a running mean.</summary>
    public static double Mean(ReadOnlySpan<double> values)
    {
        double sum = values[0], compensation = 0;
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
