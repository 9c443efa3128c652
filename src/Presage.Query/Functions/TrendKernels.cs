using System.Globalization;
using Presage.Query.Evaluation;
using Presage.Query.Parsing;

namespace Presage.Query.Functions;

/// <summary>Functions that fit a trend: least squares and double exponential smoothing (Holt 1957).</summary>
static class TrendKernels
{
    public static void Derivative(in WindowSet w, Span<double> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int start = w.Starts[i], end = w.Ends[i];
            result[i] = end - start >= 2 ? Fit(w, start, end, w.TimestampsMs[start]).Slope : Point.Absent;
        }
    }

    public static void Predict(in WindowSet w, Span<double> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            int start = w.Starts[i], end = w.Ends[i];
            if (end - start < 2)
            {
                result[i] = Point.Absent;
                continue;
            }

            var (slope, intercept) = Fit(w, start, end, w.TimeMs(i));
            result[i] = (slope * w.First[i]) + intercept;
        }
    }

    public static void Smooth(in WindowSet w, Span<double> result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            var window = w.Values[w.Starts[i]..w.Ends[i]];
            result[i] = Point.Absent;
            if (window.IsEmpty)
            {
                continue;
            }

            // NaN passes, and makes the result NaN.
            double level = w.First[i], trend = w.Second[i];
            if (level is <= 0 or >= 1)
            {
                throw OutOfRange("smoothing factor. Expected: 0 < sf < 1", level);
            }

            if (trend is <= 0 or >= 1)
            {
                throw OutOfRange("trend factor. Expected: 0 < tf < 1", trend);
            }

            result[i] = window.Length >= 2 ? SmoothOf(window, level, trend) : Point.Absent;
        }
    }

    static PromQlExecutionException OutOfRange(string expected, double factor) =>
        new($"invalid {expected}, got: " + (double.IsFinite(factor)
            ? factor.ToString("F6", CultureInfo.InvariantCulture)
            : Numbers.Format(factor)));

    static double SmoothOf(ReadOnlySpan<double> values, double levelFactor, double trendFactor)
    {
        double before = 0, level = values[0], trend = values[1] - values[0];
        for (int i = 1; i < values.Length; i++)
        {
            if (i > 1)
            {
                trend = (trendFactor * (level - before)) + ((1 - trendFactor) * trend);
            }

            double next = (levelFactor * values[i]) + ((1 - levelFactor) * (level + trend));
            (before, level) = (level, next);
        }

        return level;
    }

    static (double Slope, double Intercept) Fit(in WindowSet w, int start, int end, long originMs)
    {
        double sumX = 0, restX = 0, sumY = 0, restY = 0, sumXy = 0, restXy = 0, sumXx = 0, restXx = 0;
        double firstY = w.Values[start];
        bool constant = true;
        for (int i = start; i < end; i++)
        {
            double x = (w.TimestampsMs[i] - originMs) / 1000.0, y = w.Values[i];
            constant &= y == firstY || i == start;
            Kahan.Add(x, ref sumX, ref restX);
            Kahan.Add(y, ref sumY, ref restY);
            Kahan.Add(x * y, ref sumXy, ref restXy);
            Kahan.Add(x * x, ref sumXx, ref restXx);
        }

        if (constant)
        {
            return double.IsInfinity(firstY) ? (double.NaN, double.NaN) : (0, firstY);
        }

        double n = end - start;
        sumX += restX;
        sumY += restY;
        double covariance = sumXy + restXy - (sumX * sumY / n), variance = sumXx + restXx - (sumX * sumX / n);
        double slope = covariance / variance;
        return (slope, (sumY / n) - (slope * sumX / n));
    }
}
