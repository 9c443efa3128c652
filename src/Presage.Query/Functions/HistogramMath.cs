namespace Presage.Query.Functions;

/// <summary>One bucket of a classic histogram: how many observations were at most the bound.</summary>
record struct Bucket(double UpperBound, double Count);

/// <summary>Buckets whose counts had to be raised so that they grow with the bound.</summary>
/// <param name="LeastBound">The smallest bound among them.</param>
/// <param name="GreatestBound">The greatest bound among them.</param>
/// <param name="MostAdded">The most that was added to one of them.</param>
record struct CountsRaised(double LeastBound, double GreatestBound, double MostAdded)
{
    public static CountsRaised Join(CountsRaised? a, CountsRaised b) => a is not { } x ? b : new CountsRaised(
        Math.Min(x.LeastBound, b.LeastBound), Math.Max(x.GreatestBound, b.GreatestBound),
        Math.Max(x.MostAdded, b.MostAdded));
}

/// <summary>Quantiles and fractions of classic histograms; buckets are sorted by bound, bounds differ.</summary>
static class HistogramMath
{
    /// <summary>Counts closer than this, relatively, differ only by rounding.</summary>
    const double Tolerance = 1e-12;

    /// <summary>
    /// Sorts, adds up buckets of one bound, and makes counts grow; tells what that changed beyond rounding, if it did.
    /// </summary>
    public static CountsRaised? Prepare(List<Bucket> buckets)
    {
        buckets.Sort(static (a, b) => a.UpperBound.CompareTo(b.UpperBound));
        int kept = 0;
        for (int i = 1; i < buckets.Count; i++)
        {
            if (buckets[i].UpperBound == buckets[kept].UpperBound)
            {
                buckets[kept] = buckets[kept] with { Count = buckets[kept].Count + buckets[i].Count };
            }
            else
            {
                buckets[++kept] = buckets[i];
            }
        }

        if (buckets.Count > 0)
        {
            buckets.RemoveRange(kept + 1, buckets.Count - kept - 1);
        }

        return MakeMonotonic(buckets);
    }

    /// <summary>The value below which the given share of observations lies, interpolated within its bucket.</summary>
    public static double Quantile(List<Bucket> buckets, ReadOnlySpan<double> arguments)
    {
        double quantile = arguments[0];
        if (double.IsNaN(quantile))
        {
            return double.NaN;
        }

        if (quantile is < 0 or > 1)
        {
            return quantile < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (buckets.Count < 2 || !double.IsPositiveInfinity(buckets[^1].UpperBound) || buckets[^1].Count == 0
            || double.IsNaN(buckets[^1].Count))
        {
            return double.NaN;
        }

        double rank = quantile * buckets[^1].Count;
        int at = 0;
        while (at < buckets.Count - 1 && !(buckets[at].Count >= rank))
        {
            at++;
        }

        if (at == buckets.Count - 1)
        {
            return buckets[^2].UpperBound;
        }

        if (at == 0)
        {
            double first = buckets[0].UpperBound;
            return first <= 0 ? first : first * (rank / buckets[0].Count);
        }

        double start = buckets[at - 1].UpperBound, below = buckets[at - 1].Count;
        return start + ((buckets[at].UpperBound - start) * ((rank - below) / (buckets[at].Count - below)));
    }

    /// <summary>The share of observations between two values, interpolated within finite buckets.</summary>
    public static double Fraction(List<Bucket> buckets, ReadOnlySpan<double> arguments)
    {
        double lower = arguments[0], upper = arguments[1];
        if (buckets.Count == 0 || !double.IsPositiveInfinity(buckets[^1].UpperBound) || buckets[^1].Count == 0
            || double.IsNaN(buckets[^1].Count) || double.IsNaN(lower) || double.IsNaN(upper))
        {
            return double.NaN;
        }

        return lower >= upper ? 0 : (RankOf(buckets, upper) - RankOf(buckets, lower)) / buckets[^1].Count;
    }

    /// <summary>How many observations lie below a value.</summary>
    static double RankOf(List<Bucket> buckets, double value)
    {
        double rank = 0;
        double start = buckets[0].UpperBound > 0 ? 0 : double.NegativeInfinity;
        foreach (var (end, count) in buckets)
        {
            if (value <= start)
            {
                return rank;
            }

            if (value < end)
            {
                return double.IsInfinity(start) ? count
                    : double.IsInfinity(end) ? rank
                    : rank + ((count - rank) * (value - start) / (end - start));
            }

            rank = count;
            start = end;
        }

        return rank;
    }

    static CountsRaised? MakeMonotonic(List<Bucket> buckets)
    {
        CountsRaised? forced = null;
        for (int i = 1; i < buckets.Count; i++)
        {
            double before = buckets[i - 1].Count, now = buckets[i].Count;
            if (now == before || double.IsNaN(now) || double.IsNaN(before))
            {
                continue;
            }

            bool rounding = Math.Abs(now - before) / (Math.Abs(now) + Math.Abs(before)) < Tolerance;
            if (rounding || now < before)
            {
                if (!rounding)
                {
                    double bound = buckets[i].UpperBound;
                    forced = CountsRaised.Join(forced, new CountsRaised(bound, bound, before - now));
                }

                buckets[i] = buckets[i] with { Count = before };
            }
        }

        return forced;
    }
}
